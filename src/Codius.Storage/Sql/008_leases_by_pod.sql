-- The leases of a pod are looked for together and in the order of their ends, so they stand in it, and need no index
-- beside them: that would cost every sale a page more.
alter table lease rename to lease_by_id;

create table lease (
    manifest_hash  text not null references pod (manifest_hash) on delete cascade,
    ends_at        integer not null,
    id             text not null,
    asset          text not null,
    price          integer not null check (price >= 0),
    bought_seconds integer not null check (bought_seconds > 0),
    credit_id      text not null,
    capability_id  text,
    pay_tag        text not null,
    primary key (manifest_hash, ends_at, id)
) strict, without rowid;

insert into lease (manifest_hash, ends_at, id, asset, price, bought_seconds, credit_id, capability_id, pay_tag)
    select manifest_hash, ends_at, id, asset, price, bought_seconds, credit_id, capability_id, pay_tag from lease_by_id;

drop table lease_by_id;
