namespace Codius.Runtime.Containerd.Images.Pause;

/// <summary>
/// What hostname.c compiles to, made by build.sh: code that runs at any address and begins at its first byte.
/// </summary>
internal static class HostNameCode
{
    public const string X64 = """
        Me1Ig+Tw6AAAAABBVL8BAAAARTHSRTHAVUUxyUiJ+EiJ+lPGRCS/IUiNdCS/DwUx7UyNZCTAukAAAABIiehIie9MieYPBbsBAAAA
        SIXAfhNIicZMiee4qgAAAEiJ6g8FSInDvTwAAAAx/0iF20iJ6EAPlccx0kUx0kUxwEUxyUiJ1g8F6+I=
        """;

    public const string Arm64 = """
        /QMfqgEAABT/QwHRIASAUuE/AJEICIDSAwCA0gQAgNIFAIDS4D8AOSAAgNLiAwCqAQAA1OZDAJHoB4DS4QMGqgAAgNICCIDSAQAA
        1B8AAPEtAgBU4QMAqigUgNLgAwaqAgCA0gEAANTmAwCq3wAA8agLgNLgB5+aAQCA0gIAgNIDAIDSBACA0gUAgNIBAADU9///FyYA
        gNL1//8X
        """;
}
