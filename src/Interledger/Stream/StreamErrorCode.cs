namespace Interledger.Stream;

/// <summary>Why a stream or a connection was closed (RFC 0029, section 5.4).</summary>
public enum StreamErrorCode : byte
{
    /// <summary>All is well: it was closed because it is done.</summary>
    NoError = 0x01,

    /// <summary>Something went wrong inside the endpoint.</summary>
    InternalError = 0x02,

    /// <summary>The endpoint has too much to do; a later attempt may succeed.</summary>
    EndpointBusy = 0x03,

    /// <summary>More was sent than was allowed.</summary>
    FlowControlError = 0x04,

    /// <summary>More streams were opened than were allowed.</summary>
    StreamIdError = 0x05,

    /// <summary>The stream is closed already.</summary>
    StreamStateError = 0x06,

    /// <summary>A frame could not be understood.</summary>
    FrameFormatError = 0x07,

    /// <summary>A rule was broken for which there is no other code.</summary>
    ProtocolViolation = 0x08,

    /// <summary>The application says so.</summary>
    ApplicationError = 0x09,
}
