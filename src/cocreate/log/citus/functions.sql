-- The statements that make functions known on every node, and have those of a tenant run where the
-- tables of that tenant are, also within a transaction.

select p.proname, format(
        'select create_distributed_function(%L%s)', p.oid::regprocedure,
        case when p.proargnames[1] = 'p_tenant' and not t.goes_past_all then
            ', ''p_tenant'', colocate_with => ''cocreate.log_head'', force_delegation => true'
        end)
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    cross join lateral (
        -- The directory is on every node, so who writes it works from the one that knows them all.
        select p.oid = 'cocreate.register_municipality(text, text)'::regprocedure
            as goes_past_all) t
    where p.prokind = 'f'
        and exists (
            select from pg_dist_partition d
                join pg_class c on c.oid = d.logicalrelid
                where c.relnamespace = p.pronamespace and d.partmethod = 'h')
        and not exists (
            select from pg_dist_object o
                where o.classid = 'pg_proc'::regclass and o.objid = p.oid
                    and (o.distribution_argument_index is not null
                        or p.proargnames[1] is distinct from 'p_tenant' or t.goes_past_all))
    -- One that others use comes before them.
    order by p.oid
