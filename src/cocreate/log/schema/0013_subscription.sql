-- Subscriptions: the operator's own log, what a municipality may do by its subscription, the append
-- that holds it to that, and the end of a municipality.

-- The operator's log is one as that of every municipality, under the tenant '*', which is none.
-- Beside the head of each log is counted what quotas are about: a row of its own would be one more
-- to write with every append.

alter table cocreate.log_head
    add column counted_on date,                         -- a day in Europe/Amsterdam
    add column counted integer not null default 0,      -- the events of that day, but for housekeeping
    add column projects integer;                        -- how many were started
-- Null in the logs of before: counted when the next is started, so that nobody waits for it now.
alter table cocreate.log_head alter column projects set default 0;

grant update (counted_on, counted, projects) on cocreate.log_head to cocreate_app;

do $$
begin
    perform set_config('cocreate.tenant', '*', true);
    insert into cocreate.log_head (tenant_id) values ('*');
    perform set_config('cocreate.tenant', '', true);
end
$$;

create function cocreate.count_projects(p_tenant text) returns integer
    language sql stable
    return (select count(*) from cocreate.event e
        where e.tenant_id = p_tenant and e.version = 1 and e.type = 'ProjectStarted');

-- What a municipality may do by now, for whoever takes its commands and answers its requests. It
-- follows from the operator's log, and is written in the transaction that adds to that. A
-- municipality that has a log and no row here records without limits.

create table cocreate.subscription (
    tenant_id text primary key,
    state text not null,
    accepts boolean not null,       -- whether it may record, up to the last day
    last_day date,                  -- a day in Europe/Amsterdam, where it leaves
    plan text not null,
    projects integer,               -- the quotas: null for no limit
    keys integer,
    events_per_day integer,
    requests_per_second integer
);

-- All who ever subscribed, for the operator: it stays when a municipality is destroyed.

create table cocreate.subscriber (
    tenant_id text not null default '*' check (tenant_id = '*'),
    code text not null,
    name text not null,
    state text not null,
    plan text not null,
    since date not null,
    last_day date,
    primary key (tenant_id, code)
);

do $$
declare
    guarded text;
begin
    foreach guarded in array array['subscription', 'subscriber'] loop
        call cocreate.guard_tenant(format('cocreate.%I', guarded)::regclass);
        execute format('grant select, insert, update on cocreate.%I to cocreate_app', guarded);
    end loop;
end
$$;

-- Keep what a subscription came to, under the lock of the operator's log: here in that log, of which
-- p_tenant is the tenant, and with keep_standing, in the same transaction, beside the log that it is of.
create function cocreate.keep_subscriber(
    p_tenant text, p_code text, p_name text, p_state text, p_plan text, p_since date,
    p_last_day date)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.subscriber (tenant_id, code, name, state, plan, since, last_day)
        values (p_tenant, p_code, p_name, p_state, p_plan, p_since, p_last_day)
        on conflict (tenant_id, code) do update
            set name = excluded.name, state = excluded.state, plan = excluded.plan,
                since = excluded.since, last_day = excluded.last_day;
end
$$;

-- Keep what a municipality may do from now on. The head of its log is locked: what is being appended
-- comes before the change, and whatever is appended after it is held to it.
create function cocreate.keep_standing(
    p_tenant text, p_state text, p_accepts boolean, p_last_day date, p_plan text,
    p_projects integer, p_keys integer, p_events_per_day integer, p_requests_per_second integer)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform from cocreate.log_head h where h.tenant_id = p_tenant for update;
    if found then
        insert into cocreate.subscription (
            tenant_id, state, accepts, last_day, plan, projects, keys, events_per_day,
            requests_per_second
        ) values (
            p_tenant, p_state, p_accepts, p_last_day, p_plan, p_projects, p_keys,
            p_events_per_day, p_requests_per_second
        )
        on conflict (tenant_id) do update
            set state = excluded.state, accepts = excluded.accepts, last_day = excluded.last_day,
                plan = excluded.plan, projects = excluded.projects, keys = excluded.keys,
                events_per_day = excluded.events_per_day,
                requests_per_second = excluded.requests_per_second;
    end if;
end
$$;

-- What a municipality may do by its subscription; no row where it has no log.
create function cocreate.read_standing(p_tenant text)
    returns table (
        state text, accepts boolean, last_day date, plan text, projects integer, keys integer,
        events_per_day integer, requests_per_second integer)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select coalesce(s.state, 'active'), coalesce(s.accepts, true), s.last_day,
            coalesce(s.plan, 'default'), s.projects, s.keys, s.events_per_day, s.requests_per_second
            from cocreate.log_head h left join cocreate.subscription s using (tenant_id)
            where h.tenant_id = p_tenant;
end
$$;

-- What one may do that has no log yet, or has none any more: as the operator's log has it.
create function cocreate.read_standing_of(p_tenant text, p_code text)
    returns table (
        state text, accepts boolean, last_day date, plan text, projects integer, keys integer,
        events_per_day integer, requests_per_second integer)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.state, false, s.last_day, s.plan, null::integer, null::integer, null::integer,
            null::integer
            from cocreate.subscriber s where s.tenant_id = p_tenant and s.code = p_code;
end
$$;

create function cocreate.amsterdam_day(p_moment timestamptz) returns date
    language sql immutable parallel safe
    return (p_moment at time zone 'Europe/Amsterdam')::date;

-- How much a municipality uses of its quotas.
create function cocreate.read_use(p_tenant text)
    returns table (projects integer, keys bigint, events_today integer)
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select coalesce(h.projects, cocreate.count_projects(p_tenant)),
            (select count(*) from cocreate.api_key k
                where k.tenant_id = p_tenant and k.revoked_at is null and k.retires_at is null
                    and (k.expires_at is null or k.expires_at > now())),
            case when h.counted_on = cocreate.amsterdam_day(clock_timestamp()) then h.counted
                else 0 end
            from cocreate.log_head h where h.tenant_id = p_tenant;
end
$$;

create function cocreate.read_subscribers(p_tenant text)
    returns setof cocreate.subscriber
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.* from cocreate.subscriber s where s.tenant_id = p_tenant order by s.code;
end
$$;

-- What a log takes whatever the subscription says: who read it, which keys sign for it, that someone
-- is let in no more, and that someone was erased, which the law does not leave to a subscription.
create function cocreate.housekeeping() returns text[]
    language sql immutable parallel safe
    return array[
        'LogRead', 'SigningKeyAnnounced', 'PersonErased', 'IssuerDistrusted', 'GrantRevoked'];

-- The append of 0004, held to the subscription. Outcomes beside those of there:
--   suspended  nothing may be recorded for now
--   leaving    the last day is over
--   projects   there are as many as the plan has
--   events     as many were recorded today as the plan has
-- Where a command runs out of a quota, so do the larger and smaller ones behind it in its batch.

create or replace function cocreate.append(
    p_tenant text,
    p_stream uuid[],
    p_expected integer[],
    p_events integer[],
    p_key text[],
    p_fingerprint bytea[],
    p_ids bytea[],
    p_actor text[],
    p_actor_role text[],
    p_type text[],
    p_schema_version smallint[],
    p_occurred_on date[],
    p_public boolean[],
    p_data bytea[]
) returns table (
    outcome text,
    "position" bigint,
    version integer,
    recorded_at timestamptz,
    fingerprint bytea,
    ids bytea
)
    language plpgsql
    set search_path = cocreate, pg_temp
    set plan_cache_mode = force_generic_plan  -- planning anew would cost more than running it
as $$
#variable_conflict use_column
declare
    head_position bigint;
    moment timestamptz;
    today date;
    used integer;
    started integer;
    may_record boolean := true;
    until date;
    most_events integer;
    most_projects integer;
    chores integer[];   -- of the events up to each, how many are housekeeping; null for none
    starts integer[];   -- and how many start a project
begin
    perform set_config('cocreate.tenant', p_tenant, true);

    -- The lock that makes this tenant's appends one after another, and those of others none.
    select h.position, greatest(clock_timestamp(), h.recorded_at), h.projects,
            case when h.counted_on = amsterdam_day(greatest(clock_timestamp(), h.recorded_at))
                then h.counted else 0 end
        into head_position, moment, started, used
        from log_head h where h.tenant_id = p_tenant for no key update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;
    today := amsterdam_day(moment);

    -- Looked at under the lock, in a statement of its own: it sees what the last holder left.
    select s.accepts, s.last_day, s.events_per_day, s.projects
        into may_record, until, most_events, most_projects
        from subscription s where s.tenant_id = p_tenant;
    may_record := coalesce(may_record, true);

    if p_type && housekeeping() then
        chores := array(
            select sum((t.type = any (housekeeping()))::integer) over (order by t.ord)
                from unnest(p_type) with ordinality as t (type, ord) order by t.ord);
    end if;
    if 'ProjectStarted' = any (p_type) then
        starts := array(
            select sum((t.type = 'ProjectStarted')::integer) over (order by t.ord)
                from unnest(p_type) with ordinality as t (type, ord) order by t.ord);
        started := coalesce(started, count_projects(p_tenant));
    end if;

    return query
    with asked as (
        select a.*, sum(a.events) over (order by a.ord) - a.events as skip
            from unnest(
                p_stream, p_expected, p_events, p_key, p_fingerprint, p_ids, p_actor, p_actor_role
            ) with ordinality as a (
                stream_id, expected, events, key, fingerprint, ids, actor, actor_role, ord
            )
    ),
    placed as (
        select a.*,
            coalesce(chores[a.skip + a.events] - coalesce(chores[a.skip], 0), 0) < a.events as counts,
            coalesce(starts[a.skip + a.events] - coalesce(starts[a.skip], 0), 0) as starting,
            c.fingerprint as first_fingerprint,
            c.position as first_position,
            c.version as first_version,
            c.ids as first_ids,
            coalesce(s.version, 0) as stood,
            a.expected = coalesce(s.version, 0)
                + sum(a.events) over (partition by a.stream_id order by a.ord) - a.events
                and c.key is null
                and (a.key is null
                    or row_number() over (partition by a.key order by a.ord) = 1) as fits
            from asked a
            -- One look-up by key for each command: the fence of "offset 0" keeps a plan made for
            -- small tables from reading all of them once they are large.
            left join lateral (
                select * from command c
                    where c.tenant_id = p_tenant and c.key = a.key offset 0) c on true
            left join lateral (
                select * from stream s
                    where s.tenant_id = p_tenant and s.stream_id = a.stream_id offset 0) s on true
    ),
    fitting as (
        select p.*,
            bool_and(p.fits) over (
                partition by p.stream_id order by p.ord rows unbounded preceding) as fitted
            from placed p
    ),
    priced as (
        select f.*,
            case when not f.fitted or not f.counts then null
                when not may_record then 'suspended'
                when until < today then 'leaving'
                when f.starting > 0 and most_projects < started
                    + sum(f.starting) filter (where f.fitted) over (order by f.ord) then 'projects'
                when most_events < used
                    + sum(f.events) filter (where f.fitted and f.counts) over (order by f.ord)
                    then 'events'
            end as refused
            from fitting f
    ),
    judged as (
        select p.*,
            bool_and(p.fitted and p.refused is null) over (
                partition by p.stream_id order by p.ord rows unbounded preceding) as taken
            from priced p
    ),
    counted as (
        select j.*,
            head_position + coalesce(
                sum(j.events) filter (where j.taken) over (order by j.ord), 0) as last_position
            from judged j
    ),
    recorded as (
        insert into event (
            tenant_id, position, stream_id, version, recorded_at, occurred_on, schema_version,
            public, type, actor, actor_role, data
        )
        select p_tenant,
            k.last_position - k.events + (e.ord - k.skip),
            k.stream_id,
            k.expected + (e.ord - k.skip)::integer,
            moment, e.occurred_on, e.schema_version, e.public, e.type, k.actor, k.actor_role, e.data
            from counted k
            cross join lateral (
                select n.ord, p_type[n.ord] as type, p_schema_version[n.ord] as schema_version,
                    p_occurred_on[n.ord] as occurred_on, p_public[n.ord] as public,
                    p_data[n.ord] as data
                    from generate_series(k.skip + 1, k.skip + k.events) as n (ord)
            ) e
            where k.taken
    ),
    advanced as (
        insert into stream as s (tenant_id, stream_id, version)
        select p_tenant, k.stream_id, max(k.expected + k.events)
            from counted k where k.taken group by k.stream_id
        on conflict (tenant_id, stream_id) do update set version = excluded.version
    ),
    remembered as (
        insert into command (tenant_id, key, fingerprint, stream_id, version, position, ids)
        select p_tenant, k.key, k.fingerprint, k.stream_id, k.expected + k.events,
            k.last_position, k.ids
            from counted k where k.taken and k.key is not null
    ),
    moved as (
        update log_head h
            set position = m.position, recorded_at = moment, counted_on = today,
                counted = used + m.counting, projects = started + m.starting
            from (
                select max(k.last_position) as position,
                    coalesce(sum(k.events) filter (where k.counts), 0) as counting,
                    sum(k.starting) as starting
                    from counted k where k.taken) m
            where h.tenant_id = p_tenant and m.position is not null
    )
    select
        case when k.taken then 'taken'
            when k.first_position is not null then 'repeated'
            else coalesce(k.refused, 'conflict') end,
        case when k.taken then k.last_position else k.first_position end,
        case when k.taken then k.expected + k.events
            else coalesce(k.first_version, k.stood) end,
        moment,
        k.first_fingerprint,
        k.first_ids
        from counted k order by k.ord;
end
$$;

-- The append of a single command of 0008, held to the subscription in the same way.

create or replace function cocreate.append_one(
    p_tenant text,
    p_stream uuid,
    p_expected integer,
    p_key text,
    p_fingerprint bytea,
    p_ids bytea,
    p_actor text,
    p_actor_role text,
    p_type text[],
    p_schema_version smallint[],
    p_occurred_on date[],
    p_public boolean[],
    p_data bytea[],
    out outcome text,
    out "position" bigint,
    out version integer,
    out recorded_at timestamptz,
    out fingerprint bytea,
    out ids bytea
)
    language plpgsql
as $$
#variable_conflict use_column
declare
    events constant integer := cardinality(p_type);
    counts constant boolean := not (p_type <@ cocreate.housekeeping());
    starts constant integer := cardinality(array_positions(p_type, 'ProjectStarted'));
    head_position bigint;
    stood integer;
    today date;
    counted_on date;
    used integer;
    started integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.position, greatest(clock_timestamp(), h.recorded_at), h.counted_on, h.counted,
            h.projects
        into head_position, append_one.recorded_at, counted_on, used, started
        from cocreate.log_head h where h.tenant_id = p_tenant for no key update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;

    if p_key is not null then
        select 'repeated', c.position, c.version, c.fingerprint, c.ids
            into outcome, append_one.position, append_one.version, append_one.fingerprint,
                append_one.ids
            from cocreate.command c where c.tenant_id = p_tenant and c.key = p_key;
        if found then
            return;
        end if;
    end if;

    select s.version into stood
        from cocreate.stream s where s.tenant_id = p_tenant and s.stream_id = p_stream;
    append_one.version := coalesce(stood, 0);
    if append_one.version <> p_expected then
        outcome := 'conflict';
        return;
    end if;

    if starts > 0 and started is null then
        started := cocreate.count_projects(p_tenant);
    end if;
    today := (append_one.recorded_at at time zone 'Europe/Amsterdam')::date;
    if counted_on is distinct from today then
        used := 0;
    end if;
    if counts then
        -- Looked at under the lock, in a statement of its own: it sees what the last holder left.
        select case when not s.accepts then 'suspended'
                when s.last_day < today then 'leaving'
                when starts > 0 and s.projects < started + starts then 'projects'
                when s.events_per_day < used + events then 'events' end
            into outcome
            from cocreate.subscription s where s.tenant_id = p_tenant;
        if outcome is not null then
            return;
        end if;
        used := used + events;
    end if;

    outcome := 'taken';
    append_one.position := head_position + events;
    append_one.version := p_expected + events;
    for n in 1 .. events loop
        insert into cocreate.event (
            tenant_id, position, stream_id, version, recorded_at, occurred_on, schema_version,
            public, type, actor, actor_role, data
        ) values (
            p_tenant, head_position + n, p_stream, p_expected + n, append_one.recorded_at,
            p_occurred_on[n], p_schema_version[n], p_public[n], p_type[n], p_actor, p_actor_role,
            p_data[n]
        );
    end loop;
    if stood is null then
        insert into cocreate.stream (tenant_id, stream_id, version)
            values (p_tenant, p_stream, append_one.version);
    else
        update cocreate.stream s set version = append_one.version
            where s.tenant_id = p_tenant and s.stream_id = p_stream;
    end if;
    if p_key is not null then
        insert into cocreate.command (
            tenant_id, key, fingerprint, stream_id, version, position, ids
        ) values (
            p_tenant, p_key, p_fingerprint, p_stream, append_one.version, append_one.position, p_ids
        );
    end if;
    update cocreate.log_head h
        set position = append_one.position, recorded_at = append_one.recorded_at,
            counted_on = today, counted = used, projects = started + starts
        where h.tenant_id = p_tenant;
end
$$;

-- A key is made only where the plan has room for one more; one that has a successor (0014) takes up none.
-- Makers of keys wait for each other where there is a quota: on the head of the log, as those who
-- append do.

create function cocreate.require_key_left() returns trigger
    language plpgsql
as $$
declare
    most integer;
begin
    select s.keys into most from cocreate.subscription s where s.tenant_id = new.tenant_id;
    if most is not null then
        perform from cocreate.log_head h where h.tenant_id = new.tenant_id for no key update;
        if most <= (
            select count(*) from cocreate.api_key k
                where k.tenant_id = new.tenant_id and k.revoked_at is null and k.retires_at is null
                    and (k.expires_at is null or k.expires_at > now()))
        then
            raise exception 'the plan of % has % keys', new.tenant_id, most using errcode = 'CCK01';
        end if;
    end if;
    return new;
end
$$;

create trigger within_plan before insert on cocreate.api_key
    for each row execute function cocreate.require_key_left();

-- The end of a municipality. Nothing begins anew beside a log that is gone: who makes a key, a tree
-- or a checkpoint holds its head until the end, and finds none once it was destroyed.

alter table cocreate.api_key
    add foreign key (tenant_id) references cocreate.log_head (tenant_id);
alter table cocreate.projection_checkpoint
    add foreign key (tenant_id) references cocreate.log_head (tenant_id);
alter table cocreate.tree
    add foreign key (tenant_id) references cocreate.log_head (tenant_id);
-- Deferrable, for a restore of older keys: those of who was destroyed since are left out of it.
alter table cocreate_keys.municipality
    add foreign key (tenant_id) references cocreate.log_head (tenant_id) deferrable;
alter table cocreate_keys.person
    add foreign key (tenant_id) references cocreate.log_head (tenant_id) deferrable;

-- Events are immutable, as trees only grow, but where all of a municipality is destroyed.

create or replace function cocreate.refuse_change() returns trigger
    language plpgsql
as $$
begin
    if tg_op = 'DELETE' and cocreate.is_destroying(tg_relid) then
        return null;
    end if;
    raise exception 'events are immutable: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

-- The keys under which personal data is sealed are seen by the application alone; who owns them sees
-- those of the municipality that is being destroyed.

create policy destroyed on cocreate_keys.municipality to current_user
    using (tenant_id = nullif(current_setting('cocreate.destroying', true), ''));
create policy destroyed on cocreate_keys.person to current_user
    using (tenant_id = nullif(current_setting('cocreate.destroying', true), ''));

-- Every table that has rows of tenants, those that others work under first: whoever folds or signs
-- holds a row there until the end, and comes back to find none. The head of the log goes last.
create function cocreate.tables_of_tenants() returns setof regclass
    language sql stable
begin atomic
    select c.oid::regclass
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
            and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
            and exists (
                select from pg_catalog.pg_attribute a
                    where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
        order by n.nspname = 'cocreate' and c.relname in ('projection_checkpoint', 'tree') desc,
            n.nspname = 'cocreate' and c.relname = 'log_head', n.nspname, c.relname;
end;

-- Destroy all rows of a municipality, and give what there was: how far its log and its tree had come,
-- how many projects and keys there were. For who owns the tables.
create function cocreate.destroy_municipality(p_tenant text)
    returns table (
        "position" bigint, tree_size bigint, peaks bytea[], projects integer, keys bigint,
        persons bigint)
    language plpgsql
as $$
#variable_conflict use_column
declare
    of_tenant regclass;
    gone bigint;
    round bigint;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform set_config('cocreate.destroying', p_tenant, true);
    select h.position, coalesce(h.projects, cocreate.count_projects(p_tenant))
        into destroy_municipality.position, destroy_municipality.projects
        from cocreate.log_head h
        where h.tenant_id = p_tenant and p_tenant ~ '^GM[0-9]{4}$' for update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;
    select coalesce(max(t.size), 0), coalesce(max(t.peaks), '{}')
        into destroy_municipality.tree_size, destroy_municipality.peaks
        from cocreate.tree t where t.tenant_id = p_tenant;
    select count(*) into destroy_municipality.keys
        from cocreate.api_key k where k.tenant_id = p_tenant;
    select count(*) into destroy_municipality.persons
        from cocreate_keys.person p where p.tenant_id = p_tenant;
    loop
        round := 0;
        for of_tenant in select cocreate.tables_of_tenants() loop
            execute format('delete from %s where tenant_id = $1', of_tenant) using p_tenant;
            get diagnostics gone = row_count;
            round := round + gone;
        end loop;
        -- Sums that are kept beside rows are written anew when these go: until nothing is left.
        exit when round = 0;
    end loop;
    perform set_config('cocreate.destroying', '', true);
    return next;
end
$$;

revoke execute on function cocreate.destroy_municipality(text) from public;
