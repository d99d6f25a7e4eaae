-- The accounts that pods have with the host's connector, and to whom what is on them belongs: the capability of whoever
-- started the pod. The balances are in the connector's own journal.
create table pod_account (
    id            text primary key,
    manifest_hash text not null,
    owner_id      text,
    asset         text not null,
    payout        text
) strict, without rowid;

create index pod_account_owner on pod_account (manifest_hash, owner_id);
create index pod_account_payout on pod_account (payout) where payout is not null;

-- Earnings that were set aside to be paid out. A payout that is found at a start and is not settled was under way when
-- the host ended: what is in doubt of it goes back to the account, at the host's risk.
create table payout (
    id         text primary key,
    account_id text not null,
    pointer    text not null,
    amount     integer not null check (amount > 0),
    at         integer not null,
    state      text not null check (state in ('Open', 'Funded', 'Settling', 'Settled')),
    sent       integer not null check (sent >= 0),
    in_doubt   integer not null check (in_doubt >= 0),
    problem    text,
    check (sent + in_doubt <= amount)
) strict, without rowid;

create index payout_account on payout (account_id, at);
create index payout_unsettled on payout (state) where state <> 'Settled';
