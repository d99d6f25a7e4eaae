using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Codius.EndToEnd.Hosts;

/// <summary>The sums of a host's books, read from its store by another process than the host: in minor units.</summary>
internal sealed record HostLedger(long Received, long Held, long Earned, long Returned, long Credited)
{
    static HostLedger()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }

    public bool IsBalanced => Received == Held + Earned + Returned + Credited;

    public HostLedger AfterSale(long price) => this with { Received = Received + price, Held = Held + price };

    public HostLedger AfterCredit(long amount) =>
        this with { Received = Received + amount, Credited = Credited + amount };

    public static HostLedger Read(string path)
    {
        var sums = new Dictionary<string, long>();
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        // From the journal itself: the table of balances is only kept with it.
        command.CommandText = """
            select account, sum(amount) from posting group by account
            """;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            sums[reader.GetString(0)] = reader.GetInt64(1);
        var received = -Of("Received") - Of("InDoubt");
        return new HostLedger(received, Of("Held"), Of("Earned"), Of("Returned"), Of("Credited"));

        long Of(string account) => sums.GetValueOrDefault(account);
    }

    /// <summary>For reading beside the host.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : IntPtr.Zero;
}
