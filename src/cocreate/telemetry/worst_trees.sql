-- How far the trees are behind their logs, and since when the oldest event waits that none covers;
-- run as cocreate_notary, which sees how far every log is. The age is taken of the furthest behind.

with behind as (
    select h.tenant_id, h.position - coalesce(t.size, 0) as events, coalesce(t.size, 0) as size
        from cocreate.log_head h
        left join cocreate.tree t on t.tenant_id = h.tenant_id
        where h.position > coalesce(t.size, 0)
)
select count(*) as trees, coalesce(max(events), 0)::bigint as events, (
        select coalesce(extract(epoch from clock_timestamp() - min(e.recorded_at)), 0)::float8
            from (select * from behind order by events desc, tenant_id limit 20) f
            cross join lateral cocreate.read_log(f.tenant_id, f.size, 1) e
    ) as seconds
    from behind
