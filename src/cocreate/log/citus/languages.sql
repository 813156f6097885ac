-- The statements by which functions in SQL that read or write tables are in PL/pgSQL: where the first
-- would be planned before it is known whose tables they go to, the second are planned when it is.

with in_sql as materialized (
    select p.*
        from pg_proc p
        join pg_language l on l.oid = p.prolang
        where l.lanname = 'sql' and p.prosqlbody is not null and p.provolatile <> 'i'
            and exists (
                select from pg_class c
                    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                    where c.relnamespace = p.pronamespace and c.relkind = 'r')
),
-- Each of them is one statement, or an expression.
split as (
    select i.*, d.parts[1] as header,
        coalesce(
            regexp_replace(d.parts[2], ';\s*END\s*$', ''),
            'select ' || regexp_replace(d.parts[1], '^.*\nRETURN ', '')) as statement
        from in_sql i
        cross join lateral (
            select string_to_array(pg_get_functiondef(i.oid), E'\nBEGIN ATOMIC\n')) d (parts)
)
select s.proname, format(
        E'%s\nas $body$\n#variable_conflict use_column\nbegin\n%s;\nend\n$body$',
        replace(regexp_replace(s.header, '\nRETURN .*$', ''), ' LANGUAGE sql', ' LANGUAGE plpgsql'),
        case when s.proretset then 'return query ' || s.statement
            when s.prorettype = 'void'::regtype then s.statement
            else 'return (' || s.statement || ')' end)
    from split s
