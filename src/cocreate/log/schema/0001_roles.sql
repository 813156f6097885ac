-- Roles belong to the whole server, so several databases and several processes may race to create
-- them; whoever comes second finds them there.
--
-- cocreate_app        records steps and reads: it cannot change or remove an event
-- cocreate_projector  keeps the read models; it may see how far each log has come

do $$
declare
    wanted text;
    -- From PostgreSQL 16 on, whoever creates a role is a member of it, but may not yet act as it.
    may_act text := case when current_setting('server_version_num')::integer >= 160000
        then 'set' else 'member' end;
begin
    foreach wanted in array array['cocreate_app', 'cocreate_projector'] loop
        begin
            execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then
            null;
        end;
        if not pg_has_role(current_user, wanted, may_act) then
            begin
                execute format('grant %I to current_user', wanted);
            exception when unique_violation then
                null;
            end;
        end if;
    end loop;
    if not pg_has_role('cocreate_projector', 'cocreate_app', 'member') then
        begin
            grant cocreate_app to cocreate_projector;
        exception when unique_violation then
            null;
        end;
    end if;
end
$$;

create schema if not exists cocreate;
grant usage on schema cocreate to cocreate_app, cocreate_projector;
