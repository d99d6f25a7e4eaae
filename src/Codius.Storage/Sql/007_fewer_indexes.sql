-- An index costs every sale a page more that is written before the sale stands. These were for people alone, who look
-- into the journal seldom: what they ask for is found by reading it from its beginning.
drop index entry_at;
drop index entry_pod;
drop index entry_subject;
