using System.Reflection;
using System.Runtime.InteropServices;
using Dapper;
using SQLitePCL;

namespace Codius.Storage.Sqlite;

/// <summary>
/// Binds the managed driver to the distribution's SQLite, which gets the distribution's security updates.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly Lazy<bool> Bound = new(Bind);

    public static void EnsureBound() => _ = Bound.Value;

    private static bool Bind()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        return true;
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : IntPtr.Zero;
}
