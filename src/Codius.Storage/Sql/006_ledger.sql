-- The journal with double entry: an entry has postings, one an account, that make up zero. The postings are written
-- first and the entry closes them; the deferred reference keeps out those of an entry that does not come.
drop trigger entry_is_not_changed;
drop trigger entry_is_not_deleted;
drop trigger entry_moves_balances;
alter table entry rename to movement;

-- All that there are. An outer one is the other side of the host: its balance is never above zero, that of the others
-- never below. A later account is one more row.
create table account (
    name     text primary key,
    is_outer integer not null check (is_outer in (0, 1)),
    meaning  text not null
) strict, without rowid;

insert into account (name, is_outer, meaning) values
    ('Received', 1, 'what payers sent and the host fulfilled'),
    ('InDoubt', 1, 'written down as received, and perhaps never sent'),
    ('Held', 0, 'paid for time that was not served yet'),
    ('Earned', 0, 'the host''s own'),
    ('Returned', 0, 'sent back to payers'),
    ('Credited', 0, 'owed to whoever knows the secret of a credit');
insert into account (name, is_outer, meaning)
    select name, 0, 'of an earlier version'
    from (select from_account as name from movement union select to_account from movement)
    where name not in (select name from account);

create table entry (
    id      integer primary key,
    key     text not null unique,
    at      integer not null,
    asset   text not null,
    subject text not null,
    pod     text,
    reason  text not null
) strict;

create table posting (
    entry_id integer not null references entry (id) deferrable initially deferred,
    account  text not null references account (name),
    amount   integer not null check (amount <> 0),
    primary key (entry_id, account)
) strict, without rowid;

insert into posting (entry_id, account, amount)
    select id, from_account, -amount from movement union all select id, to_account, amount from movement;
insert into entry (id, key, at, asset, subject, pod, reason)
    select id, key, at, asset, subject, coalesce(
        (select manifest_hash from lease where lease.id = subject),
        (select manifest_hash from settlement where lease_id = subject)), reason
    from movement;

-- The sums are those of before, or this is undone.
create table sums_are_kept (yes integer not null check (yes = 1)) strict;
insert into sums_are_kept (yes) select not exists (
    select asset, account, amount from balance where amount <> 0
    except select asset, account, sum(amount) from posting join entry on id = entry_id group by asset, account);
drop table sums_are_kept;
drop table movement;

create index entry_at on entry (at);
create index entry_pod on entry (pod) where pod is not null;
create index entry_subject on entry (subject);

create trigger entry_balances after insert on entry
when (select count(*) < 2 or sum(amount) <> 0 from posting where entry_id = new.id)
begin select raise(abort, 'an entry makes up zero'); end;

create trigger entry_moves_balances after insert on entry
begin
    insert into balance (asset, account, amount)
        select new.asset, account, amount from posting where entry_id = new.id
        on conflict (asset, account) do update set amount = amount + excluded.amount;
end;

create trigger entry_is_closed before insert on posting
when exists (select 1 from entry where id = new.entry_id)
begin select raise(abort, 'the journal is only added to'); end;

create trigger entry_is_not_changed before update on entry
begin select raise(abort, 'the journal is only added to'); end;

create trigger entry_is_not_deleted before delete on entry
begin select raise(abort, 'the journal is only added to'); end;

create trigger posting_is_not_changed before update on posting
begin select raise(abort, 'the journal is only added to'); end;

create trigger posting_is_not_deleted before delete on posting
begin select raise(abort, 'the journal is only added to'); end;

-- Money that the journal has as received, from before it is fulfilled until the payers' side is known to have heard of
-- it. A row that is found at a start is in doubt.
create table acceptance (
    packet_key text primary key,
    token      text not null,
    asset      text not null,
    amount     integer not null check (amount > 0),
    pod        text
) strict, without rowid;

-- What happened to pods, why, and whether money moved with it. States that the host only remembers are here too, but
-- of those, which move no money, only the last of each pod.
create table pod_change (
    id            integer primary key,
    at            integer not null,
    manifest_hash text not null,
    pod_id        text not null,
    from_state    text not null,
    to_state      text not null,
    reason        text not null,
    money_moved   integer not null check (money_moved in (0, 1))
) strict;

create index pod_change_pod on pod_change (manifest_hash, id);
