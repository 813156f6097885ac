-- How far the builds of each read model are behind, in all logs together; run as cocreate_projector,
-- which sees how far every log is. Those not in use are being rebuilt.

select b.name,
    b.in_use,
    coalesce(max(h.position - coalesce(c.position, 0)), 0)::bigint as behind,
    count(*) filter (where h.position > coalesce(c.position, 0)) as logs_behind,
    count(*) filter (where not coalesce(c.complete, true)) as being_built,
    count(h.tenant_id) as logs
    from cocreate.read_model_build b
    left join cocreate.log_head h on true
    left join cocreate.projection_checkpoint c on c.tenant_id = h.tenant_id and c.build = b.build
    where b.build = any($1) or not b.in_use and b.build > (
        select max(m.build) from cocreate.read_model_build m
            where m.in_use and m.name = b.name and m.fingerprint = b.fingerprint)
    group by b.build, b.name, b.in_use
