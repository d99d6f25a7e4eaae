-- Who may do what with a pod: the hash of the capability of whoever started it. Null where that was before there were
-- capabilities. A pod whose time is over is paused until a moment, and then removed.
alter table pod add column owner_id text;
alter table pod add column paused_until integer;

-- Whose time a lease is, and the tag of the connections that paid for it, over which what is left can go back.
alter table lease add column capability_id text;
alter table lease add column pay_tag text not null default '';

-- What became of a lease that ended. The money itself is in the journal; this is what its payer is told when he asks.
create table settlement (
    lease_id      text primary key,
    manifest_hash text not null,
    capability_id text,
    credit_id     text not null,
    asset         text not null,
    earned        integer not null check (earned >= 0),
    unused        integer not null check (unused >= 0),
    returned      integer not null default 0 check (returned >= 0 and returned <= unused),
    pay_tag       text not null,
    ended_at      integer not null,
    reason        text not null
) strict, without rowid;

create index settlement_capability on settlement (capability_id, manifest_hash, ended_at);
