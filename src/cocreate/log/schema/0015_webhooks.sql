-- How far the sending of events to each webhook has come, and what came of it. Who is sent what is in
-- the log; here is only what moves, and what can be lost without anyone being told a lie.
--
-- cocreate_webhooks   sends: it sees which webhooks are behind their logs
call cocreate.make_role('cocreate_webhooks');

-- The queue that shares the sending among processes. Its library makes its own tables, after this.
create schema cocreate_queue;
grant usage on schema cocreate_queue to cocreate_webhooks;
alter default privileges in schema cocreate_queue
    grant select, insert, update, delete on tables to cocreate_webhooks;
alter default privileges in schema cocreate_queue
    grant usage, select on sequences to cocreate_webhooks;

create table cocreate.webhook (
    tenant_id text not null,
    webhook text not null,
    sends boolean not null default true,    -- as it is known here: the log has the last word
    "position" bigint not null,             -- all up to here was sent, or passed over,
    step integer not null default 0,        -- and of what the next makes public, up to this version
    due_at timestamptz not null default clock_timestamp(),
    failures integer not null default 0,    -- how often what comes next could not be delivered
    failing_since timestamptz,
    alone_until bigint not null default 0,  -- up to here events go alone: a batch was refused
    again boolean not null default false,   -- whether dead letters are to be sent again
    deliveries bigint not null default 0,   -- numbers them
    sender uuid,                            -- who is sending now,
    sending_until timestamptz,              -- and until when nobody else does
    primary key (tenant_id, webhook)
) with (fillfactor = 70);

-- The last requests to each webhook. There is nothing in them of what was sent.
create table cocreate.webhook_delivery (
    tenant_id text not null,
    webhook text not null,
    number bigint not null,
    at timestamptz not null default clock_timestamp(),
    message text not null,
    events integer not null,
    outcome text not null,
    status smallint,
    milliseconds integer not null,
    primary key (tenant_id, webhook, number)
);

-- Events that were passed over, because the address said of each that it is no good.
create table cocreate.webhook_dead_letter (
    tenant_id text not null,
    webhook text not null,
    "position" bigint not null,
    step integer not null,
    type text not null,
    at timestamptz not null default clock_timestamp(),
    failures integer not null,
    status smallint,
    again boolean not null default false,
    primary key (tenant_id, webhook, "position", step)
);

do $$
declare
    guarded text;
begin
    foreach guarded in array array['webhook', 'webhook_delivery', 'webhook_dead_letter'] loop
        call cocreate.guard_tenant(format('cocreate.%I', guarded)::regclass);
        execute format('grant select, insert, update, delete on cocreate.%I to cocreate_webhooks',
            guarded);
        execute format('grant select on cocreate.%I to cocreate_app', guarded);
    end loop;
end
$$;

grant usage on schema cocreate to cocreate_webhooks;
grant insert, update, delete on cocreate.webhook to cocreate_app;
grant update (again), delete on cocreate.webhook_dead_letter to cocreate_app;
grant select on cocreate.log_head to cocreate_webhooks;
create policy every_webhook on cocreate.webhook for select to cocreate_webhooks using (true);
create policy every_head_to_send on cocreate.log_head for select to cocreate_webhooks using (true);

-- The secrets that sign, beside the other keys: wrapped by the key of the municipality.
create table cocreate_keys.webhook_secret (
    tenant_id text not null,
    webhook text not null,
    serial integer not null,
    number integer not null,                -- of the municipality's key that wrapped it
    wrapped bytea not null,
    ends_at timestamptz,
    primary key (tenant_id, webhook, serial)
);

-- Nothing begins anew beside a log that was destroyed, and who owns the secrets sees those that are to
-- be destroyed with it (0013).
alter table cocreate.webhook
    add foreign key (tenant_id) references cocreate.log_head (tenant_id);
alter table cocreate_keys.webhook_secret
    add foreign key (tenant_id) references cocreate.log_head (tenant_id) deferrable;
create policy destroyed on cocreate_keys.webhook_secret to current_user
    using (tenant_id = nullif(current_setting('cocreate.destroying', true), ''));

alter table cocreate_keys.webhook_secret enable row level security;
alter table cocreate_keys.webhook_secret force row level security;
create policy own_tenant on cocreate_keys.webhook_secret using (current_user = 'cocreate_app'
    and tenant_id = nullif(current_setting('cocreate.tenant', true), ''));
grant select, insert, delete, update (number, wrapped, ends_at) on cocreate_keys.webhook_secret
    to cocreate_app;

-- Keep another secret, unless the municipality's key that wrapped it was rotated meanwhile; gives its
-- serial, or null for that.
create function cocreate_keys.add_webhook_secret(
    p_tenant text, p_webhook text, p_number integer, p_wrapped bytea)
    returns integer
    language plpgsql
as $$
declare
    given integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform from cocreate_keys.municipality m
        where m.tenant_id = p_tenant and m.number = p_number for update;
    if found then
        insert into cocreate_keys.webhook_secret (tenant_id, webhook, serial, number, wrapped)
            select p_tenant, p_webhook, coalesce(max(s.serial), 0) + 1, p_number, p_wrapped
                from cocreate_keys.webhook_secret s
                where s.tenant_id = p_tenant and s.webhook = p_webhook
            returning serial into given;
    end if;
    return given;
end
$$;

-- Let the secrets before one end after some time; those that had ended are no more.
create function cocreate_keys.end_webhook_secrets(
    p_tenant text, p_webhook text, p_before integer, p_after interval)
    returns void
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate_keys.webhook_secret s
        set ends_at = least(s.ends_at, v_moment + p_after)
        where s.tenant_id = p_tenant and s.webhook = p_webhook and s.serial < p_before;
    delete from cocreate_keys.webhook_secret s
        where s.tenant_id = p_tenant and s.webhook = p_webhook and s.ends_at <= v_moment;
end
$$;

create function cocreate_keys.drop_webhook_secret(p_tenant text, p_webhook text, p_serial integer)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    delete from cocreate_keys.webhook_secret s
        where s.tenant_id = p_tenant and s.webhook = p_webhook
            and (p_serial is null or s.serial = p_serial);
end
$$;

-- The secrets that sign now, the newest first.
create function cocreate_keys.webhook_secrets(p_tenant text, p_webhook text)
    returns setof cocreate_keys.webhook_secret
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.* from cocreate_keys.webhook_secret s
            where s.tenant_id = p_tenant and s.webhook = p_webhook
                and (s.ends_at is null or s.ends_at > clock_timestamp())
            order by s.serial desc;
end
$$;

-- What a rotation wraps anew. It holds the municipality, so that none is added meanwhile.
create function cocreate_keys.rewrap_webhook_secrets(
    p_tenant text, p_number integer, p_webhook text[], p_serial integer[], p_wrapped bytea[])
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate_keys.webhook_secret s set number = p_number, wrapped = r.wrapped
        from unnest(p_webhook, p_serial, p_wrapped) as r (webhook, serial, wrapped)
        where s.tenant_id = p_tenant and s.webhook = r.webhook and s.serial = r.serial;
end
$$;

-- Begin to keep account of a webhook: from a position on, or from where the log stands.
create function cocreate.add_webhook(p_tenant text, p_webhook text, p_after bigint)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.webhook (tenant_id, webhook, "position")
        select p_tenant, p_webhook, least(p_after, h.position)
            from cocreate.log_head h where h.tenant_id = p_tenant
        on conflict do nothing;
end
$$;

-- Keep no account of a webhook that did not come to be.
create function cocreate.drop_webhook(p_tenant text, p_webhook text)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    delete from cocreate.webhook w where w.tenant_id = p_tenant and w.webhook = p_webhook;
end
$$;

-- Have a webhook sent to at once, as if nothing had failed, or not at all.
create function cocreate.wake_webhook(p_tenant text, p_webhook text, p_sends boolean)
    returns void
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.webhook w
        set sends = p_sends, due_at = v_moment, failures = 0, failing_since = null
        where w.tenant_id = p_tenant and w.webhook = p_webhook;
end
$$;

-- Have events sent again: all after a position, or the dead letters.
create function cocreate.redeliver(p_tenant text, p_webhook text, p_after bigint)
    returns void
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    if p_after is null then
        update cocreate.webhook_dead_letter d set again = true
            where d.tenant_id = p_tenant and d.webhook = p_webhook;
    else
        delete from cocreate.webhook_dead_letter d
            where d.tenant_id = p_tenant and d.webhook = p_webhook and d.position > p_after;
    end if;
    update cocreate.webhook w
        set "position" = coalesce(least(p_after, h.position), w.position),
            step = case when p_after is null then w.step else 0 end,
            again = w.again or p_after is null,
            due_at = v_moment, failures = 0, failing_since = null
        from cocreate.log_head h
        where w.tenant_id = p_tenant and w.webhook = p_webhook and h.tenant_id = p_tenant;
end
$$;

-- The webhooks that are behind their logs, of some municipalities or of all, and when each is due.
create function cocreate.webhooks_behind(p_tenants text[])
    returns table (tenant_id text, webhook text, due_at timestamptz, waits interval)
    language sql stable
begin atomic
    select w.tenant_id, w.webhook, w.due_at, greatest(w.due_at - clock_timestamp(), '0')
        from cocreate.webhook w
        join cocreate.log_head h on h.tenant_id = w.tenant_id
        where w.sends and (h.position > w.position or w.again)
            and (p_tenants is null or w.tenant_id = any (p_tenants));
end;

-- Take a webhook to send to for some seconds; none where it is not due, or another sends.
create function cocreate.begin_sending(p_tenant text, p_webhook text, p_sender uuid, p_for interval)
    returns setof cocreate.webhook
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        update cocreate.webhook w
            set sender = p_sender, sending_until = v_moment + p_for
            where w.tenant_id = p_tenant and w.webhook = p_webhook and w.sends
                and w.due_at <= v_moment
                and (w.sending_until is null or w.sending_until <= v_moment)
            returning w.*;
end
$$;

-- Note what came of a request, and go on from where it takes the webhook. False where another sends
-- by now, or it was set to another place: then nothing is moved, and whoever sent it stops.
create function cocreate.note_delivery(
    p_tenant text, p_webhook text, p_sender uuid, p_from bigint, p_from_step integer,
    p_to bigint, p_to_step integer, p_message text, p_events integer, p_outcome text,
    p_status smallint, p_milliseconds integer, p_alone_until bigint, p_wait interval,
    p_dead_type text, p_for interval)
    returns boolean
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_moment constant timestamptz := clock_timestamp();
    v_number bigint;
    v_failures integer;
    v_moved boolean;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.webhook w
        set deliveries = w.deliveries + 1
        where w.tenant_id = p_tenant and w.webhook = p_webhook
        returning w.deliveries, w.failures,
            w.sender = p_sender and w.position = p_from and w.step = p_from_step
        into v_number, v_failures, v_moved;
    insert into cocreate.webhook_delivery
        (tenant_id, webhook, number, message, events, outcome, status, milliseconds)
        values (p_tenant, p_webhook, v_number, p_message, p_events, p_outcome, p_status,
            p_milliseconds);
    -- The last thousand are kept: one goes for one that comes.
    delete from cocreate.webhook_delivery d
        where d.tenant_id = p_tenant and d.webhook = p_webhook and d.number <= v_number - 1000;
    if v_moved is distinct from true then
        return false;
    end if;
    if p_dead_type is not null then
        insert into cocreate.webhook_dead_letter
            (tenant_id, webhook, "position", step, type, failures, status)
            values (p_tenant, p_webhook, p_to, p_to_step, p_dead_type, v_failures + 1, p_status)
            on conflict (tenant_id, webhook, "position", step) do update
                set at = excluded.at, failures = excluded.failures, status = excluded.status;
    else
        -- It may have been passed over before, and be replayed now.
        delete from cocreate.webhook_dead_letter d
            where d.tenant_id = p_tenant and d.webhook = p_webhook and p_wait is null
                and (d.position, d.step) = (p_to, p_to_step);
    end if;
    update cocreate.webhook w
        set "position" = p_to, step = p_to_step, alone_until = p_alone_until,
            failures = case when p_wait is null then 0 else w.failures + 1 end,
            failing_since = case when p_wait is null then null
                else coalesce(w.failing_since, v_moment) end,
            due_at = v_moment + coalesce(p_wait, '0'),
            sending_until = v_moment + p_for
        where w.tenant_id = p_tenant and w.webhook = p_webhook;
    return true;
end
$$;

-- Note what came of a dead letter that was sent again: it is no more, or stays one.
create function cocreate.note_redelivery(
    p_tenant text, p_webhook text, p_position bigint, p_step integer, p_message text,
    p_outcome text, p_status smallint, p_milliseconds integer, p_done boolean)
    returns void
    language plpgsql
as $$
#variable_conflict use_column
declare
    v_number bigint;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.webhook w set deliveries = w.deliveries + 1
        where w.tenant_id = p_tenant and w.webhook = p_webhook
        returning w.deliveries into v_number;
    insert into cocreate.webhook_delivery
        (tenant_id, webhook, number, message, events, outcome, status, milliseconds)
        values (p_tenant, p_webhook, v_number, p_message, 1, p_outcome, p_status, p_milliseconds);
    if p_done then
        delete from cocreate.webhook_dead_letter d
            where d.tenant_id = p_tenant and d.webhook = p_webhook and d.position = p_position
                and d.step = p_step;
    else
        update cocreate.webhook_dead_letter d
            set again = false, failures = d.failures + 1, status = p_status
            where d.tenant_id = p_tenant and d.webhook = p_webhook and d.position = p_position
                and d.step = p_step;
    end if;
end
$$;

-- Let go of a webhook, at a place that all before was sent or passed over, and say when it is due.
create function cocreate.end_sending(
    p_tenant text, p_webhook text, p_sender uuid, p_from bigint, p_from_step integer, p_to bigint,
    p_to_step integer, p_wait interval)
    returns void
    language plpgsql
as $$
declare
    v_moment constant timestamptz := clock_timestamp();
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.webhook w
        set "position" = p_to, step = p_to_step
        where w.tenant_id = p_tenant and w.webhook = p_webhook and w.sender = p_sender
            and w.position = p_from and w.step = p_from_step;
    update cocreate.webhook w
        -- Another moment each time, so that the next job is told from the one that ends here.
        set due_at = greatest(w.due_at, v_moment + p_wait), sender = null,
            sending_until = null,
            again = exists (select from cocreate.webhook_dead_letter d
                where d.tenant_id = p_tenant and d.webhook = p_webhook and d.again)
        where w.tenant_id = p_tenant and w.webhook = p_webhook and w.sender = p_sender;
end
$$;

-- The dead letters that are to be sent again, in order.
create function cocreate.letters_to_send(p_tenant text, p_webhook text)
    returns setof cocreate.webhook_dead_letter
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select d.* from cocreate.webhook_dead_letter d
            where d.tenant_id = p_tenant and d.webhook = p_webhook and d.again
            order by d.position, d.step limit 100;
end
$$;

create function cocreate.forget_letter(
    p_tenant text, p_webhook text, p_position bigint, p_step integer)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    delete from cocreate.webhook_dead_letter d
        where d.tenant_id = p_tenant and d.webhook = p_webhook and d.position = p_position
            and d.step = p_step;
end
$$;

-- How far the sending has come, for those who look after it.
create function cocreate.list_webhooks(p_tenant text)
    returns table (
        webhook text, "position" bigint, head bigint, failures integer, failing_since timestamptz,
        due_at timestamptz, dead_letters bigint, at timestamptz, outcome text, status smallint)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select w.webhook, w.position, h.position, w.failures, w.failing_since, w.due_at,
            (select count(*) from cocreate.webhook_dead_letter l
                where l.tenant_id = p_tenant and l.webhook = w.webhook),
            d.at, d.outcome, d.status
            from cocreate.webhook w
            join cocreate.log_head h on h.tenant_id = w.tenant_id
            left join cocreate.webhook_delivery d on d.tenant_id = p_tenant
                and d.webhook = w.webhook and d.number = w.deliveries
            where w.tenant_id = p_tenant;
end
$$;

create function cocreate.list_deliveries(
    p_tenant text, p_webhook text, p_before bigint, p_limit integer)
    returns setof cocreate.webhook_delivery
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select d.* from cocreate.webhook_delivery d
            where d.tenant_id = p_tenant and d.webhook = p_webhook and d.number < p_before
            order by d.number desc limit p_limit;
end
$$;

create function cocreate.list_dead_letters(
    p_tenant text, p_webhook text, p_after bigint, p_after_step integer, p_limit integer)
    returns setof cocreate.webhook_dead_letter
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select d.* from cocreate.webhook_dead_letter d
            where d.tenant_id = p_tenant and d.webhook = p_webhook
                and (d.position, d.step) > (p_after, p_after_step)
            order by d.position, d.step limit p_limit;
end
$$;
