-- The changes of a pod are looked for together and in their order, so they stand in it and need no index beside them,
-- which would cost every sale a page more. An id is the moment in microseconds, or one more than the last of its pod
-- where that is not earlier: so what happened to all pods has an order too, and a clock that is set back disturbs none
-- within a pod. The ids of before are small numbers in the order that was.
alter table pod_change rename to pod_change_by_id;

create table pod_change (
    manifest_hash text not null,
    id            integer not null,
    at            integer not null,
    pod_id        text not null,
    from_state    text not null,
    to_state      text not null,
    reason        text not null,
    money_moved   integer not null check (money_moved in (0, 1)),
    primary key (manifest_hash, id)
) strict, without rowid;

insert into pod_change (manifest_hash, id, at, pod_id, from_state, to_state, reason, money_moved)
    select manifest_hash, id, at, pod_id, from_state, to_state, reason, money_moved from pod_change_by_id;

drop table pod_change_by_id;
