-- What is made ready on every worker before tables come to it.

do $$
declare
    wanted text;
begin
    -- A node opens the connections to others as the role that asks, which has no password: it is the
    -- nodes' own rules of who signs in how (pg_hba.conf) that let it in, and nobody else.
    foreach wanted in array array['cocreate_app', 'cocreate_projector', 'cocreate_notary'] loop
        begin
            execute format('create role %I', wanted);
        exception when duplicate_object or unique_violation then
            null;
        end;
        if not (select r.rolcanlogin from pg_roles r where r.rolname = wanted) then
            execute format('alter role %I login', wanted);
        end if;
    end loop;
    if not pg_has_role('cocreate_projector', 'cocreate_app', 'member') then
        grant cocreate_app to cocreate_projector;
    end if;
    -- Views come without what was granted on them. What is in them is as guarded as their tables are.
    alter default privileges grant select on tables to cocreate_app;
end
$$
