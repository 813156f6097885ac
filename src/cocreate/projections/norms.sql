-- The norm checks of a municipality: what was to be done, by when, and when it was; with the
-- thresholds that it adopted. What they come to in all is in norms.totals.sql.

create table norm_check (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    norm text not null,
    subject text not null,
    since date not null,
    due_on date,
    done_on date,
    failed boolean not null,
    lapses boolean not null,
    positions bigint[] not null
);

call cocreate.keep_versions('norm_check');

create table project (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    title text not null,
    sector text not null,
    status text not null,
    closed_on date,
    silent_from date
);

call cocreate.keep_versions('project');

-- Something that the record of a subject lacks.
create table lack (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    lack text not null,
    since date not null
);

call cocreate.keep_versions('lack');

-- A pack of norms of the municipality itself.
create table pack (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    valid_from date not null,
    thresholds jsonb not null,
    "position" bigint not null
);

call cocreate.keep_versions('pack');

alter table norm_check_past add check (known_until < 9223372036854775807);

-- How a check stands by law: missed for good, still open, or done in time. Only a threshold of the
-- municipality makes one that was done not met.
create function stands(p_failed boolean, p_due_on date, p_done_on date) returns text
    language sql immutable
begin atomic
    select case when p_failed or p_done_on > p_due_on then 'missed'
        when p_done_on is not null then 'done' else 'open' end;
end;

create index norm_check_in_order on norm_check (
    tenant_id, audience, stands(failed, due_on, done_on), since, project_id, id);
create index norm_check_past_in_order on norm_check_past (
    tenant_id, audience, stands(failed, due_on, done_on), since, project_id, id);

-- The verdict on a check: for good, or 'open'. With the day that counts, the rule is that of
-- judge() in norm_verdicts.py.
create function verdict_of(p_failed boolean, p_due_on date, p_done_on date) returns text
    language sql immutable
begin atomic
    select case when p_failed or p_done_on > p_due_on then 'not-met'
        when p_done_on is not null then 'met' else 'open' end;
end;

-- The last day on which an open check is not yet met. A day later it is not met.
create function open_until(p_due_on date, p_lapses boolean, p_closed_on date) returns date
    language sql immutable
begin atomic
    select least(p_due_on, case when p_lapses then p_closed_on - 1 end, 'infinity');
end;

-- Every check as known at a position, with the last day by the norms that the municipality had when it
-- arose, as known at that position too.
create function checks(p_tenant text, p_position bigint)
    returns table (
        project_id uuid, audience smallint, id text, norm text, subject text, since date,
        done_on date, lapses boolean, positions bigint[], stands text, known_until bigint,
        project_title text, sector text, status text, closed_on date, due_on date, verdict text)
    language sql stable
begin atomic
    select c.project_id, c.audience, c.id, c.norm, c.subject, c.since, c.done_on, c.lapses,
        c.positions, stands(c.failed, c.due_on, c.done_on), c.known_until, p.title, p.sector,
        p.status, p.closed_on, d.due_on, verdict_of(c.failed, d.due_on, c.done_on)
        from norm_check_known c
        join project_known p on p.tenant_id = p_tenant and p.project_id = c.project_id
            and p.audience = c.audience and p.known_from <= p_position
            and p.known_until > p_position
        -- Worked out once for each, not wherever it is mentioned; and no function, of which a cluster
        -- would plan every call.
        cross join lateral (
            select least(c.due_on, c.since + (
                select (k.thresholds ->> c.norm)::integer from pack_known k
                    where k.tenant_id = p_tenant and k.audience = c.audience
                        and k.known_from <= p_position and k.known_until > p_position
                        and k.valid_from <= c.since
                    order by k.valid_from desc, k.position desc limit 1)) as due_on
                offset 0) d
        where c.tenant_id = p_tenant and c.known_from <= p_position
            and c.known_until > p_position;
end;

create function verdict_on(p_today date, p_verdict text, p_until date) returns text
    language sql immutable
begin atomic
    select case when p_verdict <> 'open' then p_verdict
        when p_until < p_today then 'not-met' else 'not-yet' end;
end;

-- The checks that stand so and have a verdict, after a place in the order of the register. Inlined where
-- it is used. That the verdict is asked as a case lets the planner reckon with half of them, and so go
-- along the index.
create function checks_after(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_stands text, p_verdict text, p_since date, p_project uuid, p_id text)
    returns table (
        project_id uuid, audience smallint, id text, norm text, subject text, since date,
        done_on date, lapses boolean, positions bigint[], stands text, known_until bigint,
        project_title text, sector text, status text, closed_on date, due_on date, verdict text)
    language sql stable
begin atomic
    select c.* from checks(p_tenant, p_position) c
        where c.audience = p_audience and c.stands = p_stands
            and (c.since, c.project_id, c.id) > (p_since, p_project, p_id)
            and case verdict_on(p_today, c.verdict, open_until(c.due_on, c.lapses, c.closed_on))
                when p_verdict then true end
            and (p_filter ->> 'project' is null
                or c.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'norm' is null or c.norm = p_filter ->> 'norm')
            and (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
            and (p_filter ->> 'year' is null or c.since between
                make_date((p_filter ->> 'year')::integer, 1, 1)
                and make_date((p_filter ->> 'year')::integer, 12, 31));
end;

-- The first checks that stand so and have a verdict, after a place in the order of the register.
--
-- An index gives those of now in that order. Those of before, which the position asked for is still
-- in the time of, are looked for no further than the last of these.
create function checks_that_stand(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_stands text, p_verdict text, p_since date, p_project uuid, p_id text, p_limit integer)
    returns table (
        project_id uuid, id text, project_title text, norm text, subject text, since date,
        due_on date, done_on date, sector text, status text, positions bigint[])
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
declare
    after_since constant date := coalesce(p_since, '-infinity');
    after_project constant uuid := coalesce(p_project, '00000000-0000-0000-0000-000000000000');
    after_id constant text := coalesce(p_id, '');
begin
    return query
        with now as materialized (
            select c.* from checks_after(
                    p_tenant, p_audience, p_position, p_today, p_filter, p_stands, p_verdict,
                    after_since, after_project, after_id) c
                where c.known_until = 9223372036854775807
                order by c.since, c.project_id, c.id
                limit p_limit
        ),
        before as (
            select c.* from checks_after(
                    p_tenant, p_audience, p_position, p_today, p_filter, p_stands, p_verdict,
                    after_since, after_project, after_id) c
                where c.known_until < 9223372036854775807
                    and c.since <= (
                        select case when count(*) < p_limit then 'infinity' else max(n.since) end
                            from now n)
        )
        select c.project_id, c.id, c.project_title, c.norm, c.subject, c.since, c.due_on, c.done_on,
            c.sector, c.status, c.positions
            from (select * from now union all select * from before) c
            order by c.since, c.project_id, c.id
            limit p_limit;
end
$$;

create function list_checks(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, norm text, subject text, verdict text,
        since date, due_on date, done_on date, days_late integer, sector text, status text,
        positions bigint[])
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
declare
    verdicts constant text[] := array['not-met', 'not-yet', 'met'];
    begun constant integer := coalesce((p_after ->> 0)::integer, 0);
    given integer;
    needed integer := p_limit;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    for number in begun .. 2 loop
        continue when verdicts[number + 1] <> p_filter ->> 'verdict';
        return query
            select jsonb_build_array(number, c.since, c.project_id, c.id), c.project_id,
                c.project_title, c.norm, c.subject, v.verdict, c.since, c.due_on, c.done_on,
                case when coalesce(c.done_on, p_today) > c.due_on
                    then coalesce(c.done_on, p_today) - c.due_on end,
                c.sector, c.status, c.positions
                from (values
                    ('not-met', 'missed'), ('not-met', 'open'), ('not-yet', 'open'),
                    ('met', 'done'), ('not-met', 'done')) as v (verdict, stands)
                cross join lateral checks_that_stand(
                    p_tenant, p_audience, p_position, p_today, p_filter, v.stands, v.verdict,
                    case when number = begun then (p_after ->> 1)::date end,
                    case when number = begun then (p_after ->> 2)::uuid end,
                    case when number = begun then p_after ->> 3 end,
                    needed) c
                where v.verdict = verdicts[number + 1]
                    -- What was done in time by law is not met by a threshold alone.
                    and (v.verdict <> 'not-met' or v.stands <> 'done' or exists (
                        select from pack_known k
                            where k.tenant_id = p_tenant and k.audience = p_audience
                                and k.thresholds <> '{}'))
                order by c.since, c.project_id, c.id
                limit needed;
        get diagnostics given = row_count;
        needed := needed - given;
        exit when needed = 0;
    end loop;
end
$$;
