using Codius.Core.Ledger;
using Dapper;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteLedger
{
    /// <summary>Each names an entry, or null, and what is wrong; nothing comes of books that are right.</summary>
    private static readonly string[] Checks =
    [
        // The journal itself.
        """
        select key, 'its postings make up ' || coalesce(sum(amount), 0) || ' and not zero, or are fewer than two'
        from entry left join posting on entry_id = id group by id having count(account) < 2 or sum(amount) <> 0
        """,
        "select null, 'a posting has no entry: number ' || entry_id from posting "
            + "where entry_id not in (select id from entry)",
        "select null, 'the journal has ' || count(*) || ' entries and the last is number ' || max(id) from entry "
            + "having max(id) <> count(*)",
        """
        select null, 'the balance of ' || account || ' in ' || asset || ' is kept as ' || coalesce(kept, 0)
            || ' and the journal says ' || coalesce(said, 0)
        from (select asset, account, sum(kept) as kept, sum(said) as said from (
            select asset, account, amount as kept, 0 as said from balance union all
            select asset, account, 0, amount from entry join posting on entry_id = id) group by asset, account)
        where kept <> said
        """,
        """
        select null, account || ' in ' || asset || ' is ' || amount || ', on the wrong side of zero'
        from balance join account on name = account where iif(is_outer, amount > 0, amount < 0)
        """,

        // received = held + earned + returned + credited, and whatever accounts there are besides
        """
        select null, 'all accounts in ' || asset || ' do not make up zero, but '
            || sum(amount) from entry join posting on entry_id = id group by asset having sum(amount) <> 0
        """,

        // What the books say, and what there is.
        """
        select null, 'credits in ' || asset || ' are ' || sum(there) || ' and the journal owes ' || sum(said) from (
            select asset, amount as there, 0 as said from credit union all
            select asset, 0, amount from entry join posting on entry_id = id where account = 'Credited')
        group by asset having sum(there) <> sum(said)
        """,
        """
        select null, 'leases in ' || asset || ' are ' || sum(there) || ' and the journal holds ' || sum(said) from (
            select asset, price as there, 0 as said from lease union all
            select asset, 0, amount from entry join posting on entry_id = id where account = 'Held')
        group by asset having sum(there) <> sum(said)
        """,
        """
        select null, 'the lease ' || lease.id || ' has a price of ' || price || ' and the journal holds '
            || coalesce(held, 0)
        from lease left join (select subject, sum(amount) as held from entry join posting on entry_id = id
            where account = 'Held' group by subject) on subject = lease.id
        where coalesce(held, 0) <> price
        """,
        """
        select 'settled:' || lease_id, 'the settlement says ' || earned || ' earned and ' || unused
            || ' unused, and the journal does not'
        from settlement left join (
            select subject,
                sum(iif(account = 'Earned', amount, 0)) as said_earned,
                sum(iif(account = 'Credited', amount, 0)) as said_unused
            from entry join posting on entry_id = id
            where key in ('settled:' || subject, 'earned:' || subject, 'unused:' || subject)
            group by subject) on subject = lease_id
        where coalesce(said_earned, 0) <> earned or coalesce(said_unused, 0) <> unused
        """,
        """
        select 'return:' || lease_id, 'the settlement says ' || returned || ' returned and the journal '
            || coalesce(said, 0)
        from settlement left join (
            select subject, sum(amount) as said from entry join posting on entry_id = id
            where account = 'Returned' group by subject) on subject = lease_id
        where lease_id not in (select token from open_return) and coalesce(said, 0) <> returned
        """,

        // What is under way.
        """
        select 'return:' || token, 'it is under way with ' || open_return.amount || ' and the journal does not have it'
        from open_return
        where not exists (select 1 from entry join posting on entry_id = id
            where key = 'return:' || token and account = 'Returned' and posting.amount = open_return.amount)
            or exists (select 1 from entry where key = 'unreturned:' || token)
        """,
        """
        select 'packet:' || packet_key, 'it is unconfirmed with ' || acceptance.amount
            || ' and the journal does not have it, or has it in doubt'
        from acceptance
        where not exists (select 1 from entry join posting on entry_id = id
            where key = 'packet:' || packet_key and account = 'Received' and posting.amount = -acceptance.amount)
            or exists (select 1 from entry where key = 'in-doubt:' || packet_key)
        """,
        """
        select doubt.key, 'there is no packet that brought what is in doubt'
        from entry doubt join posting on entry_id = doubt.id and account = 'InDoubt'
        where not exists (select 1 from entry packet join posting brought on brought.entry_id = packet.id
            where packet.key = 'packet:' || substr(doubt.key, 10) and brought.account = 'Received'
            and brought.amount = posting.amount)
        """,
        """
        select unreturned.key, 'more came back than was sent'
        from entry unreturned join posting on entry_id = unreturned.id and account = 'Returned'
        where unreturned.key like 'unreturned:%' and not exists (
            select 1 from entry sent join posting out on out.entry_id = sent.id
            where sent.key = 'return:' || substr(unreturned.key, 12) and out.account = 'Returned'
            and out.amount >= -posting.amount)
        """,
        """
        select null, 'the operation of token ' || token || ' is committed and has no answer' from operation
        where state = 'committed' and status is null
        """,

        // The file.
        "select null, quick_check from pragma_quick_check where quick_check <> 'ok'",
        "select null, 'a row of ' || \"table\" || ' refers to one that is not there' from pragma_foreign_key_check",
    ];

    /// <summary>Computes everything anew that must be true of the books, and returns what is not.</summary>
    public IReadOnlyList<LedgerProblem> Verify() =>
        [.. Checks.SelectMany(check => _connection.Query<(string? Key, string What)>(check, transaction: _moment))
            .Select(row => new LedgerProblem(row.Key, row.What))];
}
