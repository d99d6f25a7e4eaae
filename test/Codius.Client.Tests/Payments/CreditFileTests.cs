using Codius.Client.Payments;
using Codius.Core.Leases;

namespace Codius.Client.Tests.Payments;

public sealed class CreditFileTests : IDisposable
{
    private static readonly Uri Host = new("https://host.example");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("codius-credits-");

    private string FilePath => Path.Combine(_directory.FullName, "codius", "credits.json");

    [Fact]
    public void A_credit_outlives_the_process_and_belongs_to_one_host()
    {
        var secret = CreditSecret.New();
        new CreditFile(FilePath).Save(Host, secret);
        new CreditFile(FilePath).Find(new Uri("https://host.example/path")).ShouldBe(secret);
        new CreditFile(FilePath).Find(new Uri("https://host.example:444")).ShouldBeNull();
    }

    [Fact]
    public void Only_its_owner_can_read_the_file()
    {
        new CreditFile(FilePath).Save(Host, CreditSecret.New());
        File.GetUnixFileMode(FilePath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_damaged_file_is_not_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "{damaged");
        Should.Throw<InvalidDataException>(() => new CreditFile(FilePath).Save(Host, CreditSecret.New()));
        File.ReadAllText(FilePath).ShouldBe("{damaged");
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
