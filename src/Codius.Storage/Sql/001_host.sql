-- What a host must not forget. Times are milliseconds since 1970 UTC, amounts are minor units of the asset beside them.
-- Strict, because a sum that outgrows 64 bits would otherwise become a floating-point number.

-- Small facts about the host itself: when it was last alive.
create table fact (
    name  text primary key,
    value text not null
) strict, without rowid;

-- What a month costs, in whole units, and since when; so that a quote is honoured after the price has changed.
create table price (
    since          integer primary key,
    cost_per_month text not null
) strict;

-- A Pay-Token that money came for. The digest is that of the request: a token serves one request for ever.
create table operation (
    token          text primary key,
    request_digest text not null,
    state          text not null check (state in ('open', 'committed', 'void')),
    status         integer,
    body           text,
    changed_at     integer not null
) strict, without rowid;

create index operation_open on operation (state) where state = 'open';

-- Paid pods. One row a manifest; pod_id names the attempt that runs now.
create table pod (
    manifest_hash  text primary key,
    pod_id         text not null unique,
    manifest_json  text not null,
    sealed_private blob,
    started_at     integer not null,
    expires_at     integer not null
) strict, without rowid;

-- Time that was paid for, one row a payment, served one after another. The row goes when its pod ends;
-- what became of the money is in the journal.
create table lease (
    id             text primary key,
    manifest_hash  text not null references pod (manifest_hash) on delete cascade,
    asset          text not null,
    price          integer not null check (price >= 0),
    bought_seconds integer not null check (bought_seconds > 0),
    ends_at        integer not null,
    credit_id      text not null
) strict, without rowid;

create index lease_manifest on lease (manifest_hash, ends_at);

-- What is owed to whoever knows the secret of which this is the hash.
create table credit (
    id     text not null,
    asset  text not null,
    amount integer not null check (amount >= 0),
    primary key (id, asset)
) strict, without rowid;

-- The journal: every movement of money, from one account to another, once. Nothing is changed or deleted here.
create table entry (
    id           integer primary key,
    key          text not null unique,
    at           integer not null,
    asset        text not null,
    from_account text not null check (from_account in ('Received', 'Held', 'Earned', 'Returned', 'Credited')),
    to_account   text not null check (to_account in ('Received', 'Held', 'Earned', 'Returned', 'Credited')),
    amount       integer not null check (amount > 0),
    subject      text not null,
    reason       text not null
) strict;

create trigger entry_is_not_changed before update on entry
begin select raise(abort, 'the journal is only added to'); end;

create trigger entry_is_not_deleted before delete on entry
begin select raise(abort, 'the journal is only added to'); end;

-- The balance of every account, kept with the journal so that it need not be summed.
create table balance (
    asset   text not null,
    account text not null,
    amount  integer not null,
    primary key (asset, account)
) strict, without rowid;

create trigger entry_moves_balances after insert on entry
begin
    insert into balance (asset, account, amount) values (new.asset, new.from_account, -new.amount)
        on conflict (asset, account) do update set amount = amount + excluded.amount;
    insert into balance (asset, account, amount) values (new.asset, new.to_account, new.amount)
        on conflict (asset, account) do update set amount = amount + excluded.amount;
end;
