-- Money on its way back to a payer. The row is there from before it is sent until its outcome is known; one that is found
-- at a start is in doubt, and is credited again at the host's risk.
create table open_return (
    token     text primary key,
    credit_id text not null,
    asset     text not null,
    amount    integer not null check (amount > 0)
) strict, without rowid;
