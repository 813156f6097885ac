-- The statements that make every worker ready, before tables come to it. Each worker keeps to itself what
-- it does: told to one another, the same at the same time would have them wait for each other.

with ours as (
    select r.oid, r.rolname from pg_roles r where r.rolname ~ '^cocreate_'
),
statements (about, statement) as (
    select o.rolname, format(
            $f$
                if not exists (select from pg_roles r where r.rolname = %1$L) then
                    create role %1$I;
                end if
            $f$, o.rolname)
        from ours o
    union all
    -- A role is granted again where it was already: that changes nothing.
    select m.rolname, format('grant %I to %I', o.rolname, m.rolname)
        from pg_auth_members a
        join ours o on o.oid = a.roleid
        join ours m on m.oid = a.member
    union all
    -- Views come without what was granted on them. What is in them is as guarded as their tables are.
    select o.rolname, format('alter default privileges grant select on tables to %I', o.rolname)
        from ours o where o.rolname = 'cocreate_app'
)
select s.about, format(
        $f$
        do $do$
        begin
            set local citus.enable_ddl_propagation = off;
            %s;
        exception when duplicate_object or unique_violation then
            null;
        end
        $do$
        $f$, s.statement)
    from statements s
