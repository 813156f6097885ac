-- Who follows a project, or one subject of it, by e-mail. It is no step: nobody is to account for
-- reading, and a log forgets nothing. So it is a row that is deleted with the key of its address.

create table cocreate.follower (
    tenant_id text not null,
    follower uuid not null,
    project_id uuid not null,
    subject text not null,                  -- empty for all of the project
    address text not null,                  -- sealed, under a key that is of this row alone
    address_mark bytea not null,            -- a keyed fingerprint, by which all of an address are found
    language text not null,
    asked_at timestamptz not null default clock_timestamp(),
    confirmed_at timestamptz,               -- null until whoever reads that address said so
    "position" bigint not null,             -- of the log, up to which all was told
    version integer not null,               -- of the project, up to which it was looked at
    due_at timestamptz not null default clock_timestamp(),  -- not before then is there anything to do
    failures integer not null default 0,
    sender uuid,                            -- who is sending now,
    sending_until timestamptz,              -- and until when nobody else does
    primary key (tenant_id, follower),
    unique (tenant_id, project_id, subject, address_mark),
    foreign key (tenant_id) references cocreate.log_head (tenant_id)
) with (fillfactor = 70);

create index follower_address on cocreate.follower (tenant_id, address_mark);

call cocreate.guard_tenant('cocreate.follower');
grant select, insert, delete,
    update (
        language, asked_at, confirmed_at, "position", version, due_at, failures, sender, sending_until)
    on cocreate.follower to cocreate_app;

-- Who shares the jobs sees for whom something is due, and where a project stands, but no address.
grant select (tenant_id, follower, project_id, confirmed_at, version, due_at)
    on cocreate.follower to cocreate_webhooks;
grant select on cocreate.stream to cocreate_webhooks;
create policy every_follower on cocreate.follower for select to cocreate_webhooks using (true);
create policy every_stream_to_tell on cocreate.stream for select to cocreate_webhooks using (true);

-- Let an address be asked whether it follows; gives the row that a letter is due for. None where it
-- follows already, was asked within p_pause, or has p_most questions open by now.
create function cocreate.ask_follower(
    p_tenant text, p_follower uuid, p_project uuid, p_subject text, p_address text, p_mark bytea,
    p_language text, p_pause interval, p_most integer)
    returns uuid
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
    v_there cocreate.follower;
    v_given uuid;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select * into v_there from cocreate.follower f
        where f.tenant_id = p_tenant and f.project_id = p_project and f.subject = p_subject
            and f.address_mark = p_mark
        for update;
    if found then
        update cocreate.follower f
            set asked_at = v_moment, due_at = v_moment, language = p_language, failures = 0
            where f.tenant_id = p_tenant and f.follower = v_there.follower
                and f.confirmed_at is null and f.asked_at <= v_moment - p_pause
            returning f.follower into v_given;
        return v_given;
    end if;
    insert into cocreate.follower (
        tenant_id, follower, project_id, subject, address, address_mark, language, "position", version)
        select p_tenant, p_follower, p_project, p_subject, p_address, p_mark, p_language, h.position,
                s.version
            from cocreate.log_head h
            join cocreate.stream s on s.tenant_id = h.tenant_id and s.stream_id = p_project
            where h.tenant_id = p_tenant and p_most > (
                select count(*) from cocreate.follower f
                    where f.tenant_id = p_tenant and f.address_mark = p_mark
                        and f.confirmed_at is null)
        on conflict (tenant_id, project_id, subject, address_mark) do nothing
        returning follower into v_given;
    return v_given;
end
$$;

-- Whoever reads the address follows from now on. Asked again, nothing changes.
create function cocreate.confirm_follower(p_tenant text, p_follower uuid)
    returns void
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.follower f
        set confirmed_at = v_moment, due_at = v_moment, failures = 0, "position" = h.position,
            version = s.version
        from cocreate.log_head h, cocreate.stream s
        where f.tenant_id = p_tenant and f.follower = p_follower and f.confirmed_at is null
            and h.tenant_id = p_tenant and s.tenant_id = p_tenant and s.stream_id = f.project_id;
end
$$;

create function cocreate.read_follower(p_tenant text, p_follower uuid)
    returns setof cocreate.follower
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select f.* from cocreate.follower f
            where f.tenant_id = p_tenant and f.follower = p_follower;
end
$$;

-- All that an address follows, or was asked whether it does.
create function cocreate.read_followed(p_tenant text, p_mark bytea)
    returns setof cocreate.follower
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select f.* from cocreate.follower f
            where f.tenant_id = p_tenant and f.address_mark = p_mark
            order by f.asked_at, f.follower;
end
$$;

create function cocreate.forget_follower(p_tenant text, p_follower uuid)
    returns boolean
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    delete from cocreate.follower f where f.tenant_id = p_tenant and f.follower = p_follower;
    return found;
end
$$;

-- For whom there is something to do: a question to be sent, or to be let go of when nobody answered,
-- or steps of the project that were not looked at yet.
create function cocreate.followers_due(p_tenants text[])
    returns table (tenant_id text, follower uuid, due_at timestamptz, waits interval, confirmed boolean)
    language sql stable
begin atomic
    select f.tenant_id, f.follower, f.due_at, greatest(f.due_at - clock_timestamp(), '0'),
            f.confirmed_at is not null
        from cocreate.follower f
        join cocreate.stream s on s.tenant_id = f.tenant_id and s.stream_id = f.project_id
        where f.tenant_id = any (p_tenants) and (f.confirmed_at is null or s.version > f.version);
end;

-- Take a follower to send a letter to for some seconds, with where the project stands; none where
-- nothing is due, or another sends.
create function cocreate.begin_letter(p_tenant text, p_follower uuid, p_sender uuid, p_for interval)
    returns table (
        follower uuid, project_id uuid, subject text, address text, language text,
        asked_at timestamptz, confirmed_at timestamptz, "position" bigint, version integer,
        failures integer, stands integer)
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        update cocreate.follower f
            set sender = p_sender, sending_until = v_moment + p_for
            from cocreate.stream s
            where f.tenant_id = p_tenant and f.follower = p_follower and f.due_at <= v_moment
                and (f.sending_until is null or f.sending_until <= v_moment)
                and s.tenant_id = p_tenant and s.stream_id = f.project_id
            returning f.follower, f.project_id, f.subject, f.address, f.language, f.asked_at,
                f.confirmed_at, f.position, f.version, f.failures, s.version;
end
$$;

-- Note up to where a follower was told, and when there may be more to do; nothing where another sends.
create function cocreate.end_letter(
    p_tenant text, p_follower uuid, p_sender uuid, p_position bigint, p_version integer,
    p_failures integer, p_wait interval)
    returns void
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.follower f
        set "position" = p_position, version = p_version, failures = p_failures,
            -- Another moment each time, so that the next job is told from the one that ends here.
            due_at = v_moment + p_wait, sender = null, sending_until = null
        where f.tenant_id = p_tenant and f.follower = p_follower and f.sender = p_sender;
end
$$;
