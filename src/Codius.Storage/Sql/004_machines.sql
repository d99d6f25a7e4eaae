-- What a pod's machine class allowed when it was sold: numbers of bytes and so on, in one text. Null where that was before
-- there were several classes.
alter table pod add column limits text;

-- What a month of a machine class was said to cost, as an exact number or fraction of whole units, and until when that
-- holds. An asset of '' is any: the store did not note it before.
create table told_price (
    machine        text not null,
    asset          text not null,
    cost_per_month text not null,
    until          integer not null,
    primary key (machine, asset, cost_per_month)
) strict, without rowid;

insert or ignore into told_price (machine, asset, cost_per_month, until)
    select 'small', '', cost_per_month, cast(strftime('%s', 'now') as integer) * 1000 + 600000
    from price where since >= cast(strftime('%s', 'now') as integer) * 1000 - 600000
        or since = (select max(since) from price);

drop table price;
