-- The tables that are to be spread still, each with the statement that does it: the heads of the logs
-- first, since the others stand beside them.

with ours as (
    select c.oid, n.nspname, c.relname, c.relnamespace,
        exists (
            select from pg_attribute a
                where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
            as of_tenants
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
            and n.nspname !~ '^pg_|^citus|^(information_schema|columnar|public)$'
            and not relation_is_a_known_shard(c.oid)
)
select format('%I.%I', o.nspname, o.relname),
    case
        -- The directory is read beside the tables of every tenant, and written once a municipality.
        when not o.of_tenants or o.oid = 'cocreate.municipality'::regclass then
            format('select create_reference_table(%L)', format('%I.%I', o.nspname, o.relname))
        when o.oid = 'cocreate.log_head'::regclass then
            'select create_distributed_table(''cocreate.log_head'', ''tenant_id'','
                ' colocate_with => ''none'')'
        else
            format(
                'select create_distributed_table(%L, ''tenant_id'','
                ' colocate_with => ''cocreate.log_head'')', format('%I.%I', o.nspname, o.relname))
    end
    from ours o
    where not exists (select from pg_dist_partition p where p.logicalrelid = o.oid)
        and exists (
            select from ours b where b.relnamespace = o.relnamespace and b.of_tenants)
    order by o.of_tenants, o.oid <> 'cocreate.log_head'::regclass, o.oid
