-- The norm check: what was to be done, by when, and when it was; with the thresholds that a
-- municipality adopted. It rests on the registers for how complete the record is.

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
    department text not null,
    status text not null,
    since date not null,
    closed_on date,
    silent_months integer not null,
    longest_silence integer not null
);

call cocreate.keep_versions('project');

-- A pack of norms of the municipality itself.
create table pack (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    version text not null,
    valid_from date not null,
    thresholds jsonb not null,
    "position" bigint not null
);

call cocreate.keep_versions('pack');

-- Every check with its verdict, as known at a position; the rule is that of judge() in norms.py.
create function judged(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns table (
        project_id uuid, project_title text, sector text, status text, id text, norm text,
        subject text, since date, due_on date, done_on date, verdict text, positions bigint[])
    language sql stable
begin atomic
    select c.project_id, p.title, p.sector, p.status, c.id, c.norm, c.subject, c.since, d.due_on,
        c.done_on,
        case when c.failed then 'not-met'
            when c.done_on is not null then
                case when d.due_on is null or c.done_on <= d.due_on then 'met' else 'not-met' end
            when c.lapses and p.closed_on <= p_today or d.due_on < p_today then 'not-met'
            else 'not-yet' end,
        c.positions
        from norm_check_known c
        join project_known p on p.tenant_id = p_tenant and p.project_id = c.project_id
            and p.audience = p_audience and p.known_from <= p_position
            and p.known_until > p_position
        cross join lateral (
            select least(c.due_on, c.since + (
                select (k.thresholds ->> c.norm)::integer from pack_known k
                    where k.tenant_id = p_tenant and k.audience = p_audience
                        and k.known_from <= p_position and k.known_until > p_position
                        and k.valid_from <= c.since
                    order by k.valid_from desc, k.position desc limit 1)) as due_on
                -- Worked out once for a row, rather than wherever it is mentioned.
                offset 0) d
        where c.tenant_id = p_tenant and c.audience = p_audience
            and c.known_from <= p_position and c.known_until > p_position
            and (p_filter ->> 'project' is null or c.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'norm' is null or c.norm = p_filter ->> 'norm')
            and (p_filter ->> 'sector' is null or p.sector = p_filter ->> 'sector')
            and (p_filter ->> 'year' is null
                or extract(year from c.since) = (p_filter ->> 'year')::integer);
end;

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
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(o.place, j.since, j.project_id, j.id), j.project_id,
            j.project_title, j.norm, j.subject, j.verdict, j.since, j.due_on, j.done_on,
            case when coalesce(j.done_on, p_today) > j.due_on
                then coalesce(j.done_on, p_today) - j.due_on end,
            j.sector, j.status, j.positions
            from judged(p_tenant, p_audience, p_position, p_today, p_filter) j
            cross join lateral (
                select case j.verdict when 'not-met' then 0 when 'not-yet' then 1 else 2 end
                    as place) o
            where (p_filter ->> 'verdict' is null or j.verdict = p_filter ->> 'verdict')
                and (p_after is null
                    or (o.place, j.since, j.project_id, j.id) > (
                        (p_after ->> 0)::integer, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                        p_after ->> 3))
            order by o.place, j.since, j.project_id, j.id
            limit p_limit;
end
$$;

create function read_totals(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with p as materialized (
            select * from project_known p
                where p.tenant_id = p_tenant and p.audience = p_audience
                    and p.known_from <= p_position and p.known_until > p_position
                    and (p_filter ->> 'project' is null
                        or p.project_id = (p_filter ->> 'project')::uuid)
                    and (p_filter ->> 'sector' is null or p.sector = p_filter ->> 'sector')
        ),
        j as materialized (
            select * from judged(p_tenant, p_audience, p_position, p_today, p_filter) j
                where p_filter ->> 'verdict' is null or j.verdict = p_filter ->> 'verdict'
        ),
        per_project as (
            select j.norm, j.project_id,
                case when bool_or(j.verdict = 'not-met') then 'not-met'
                    when bool_or(j.verdict = 'not-yet') then 'not-yet' else 'met' end as verdict,
                count(*) filter (where j.verdict = 'met') as met,
                count(*) filter (where j.verdict = 'not-met') as not_met,
                count(*) filter (where j.verdict = 'not-yet') as not_yet
                from j group by j.norm, j.project_id
        )
        select json_build_object(
            'projects', (select count(*) from p),
            'norms', coalesce((
                select json_agg(n order by n.norm) from (
                    select o.norm,
                        count(*) filter (where o.verdict = 'met') as "projectsMet",
                        count(*) filter (where o.verdict = 'not-met') as "projectsNotMet",
                        count(*) filter (where o.verdict = 'not-yet') as "projectsNotYet",
                        (select count(*) from p) - count(*) as "projectsNotApplicable",
                        sum(o.met) as "checksMet", sum(o.not_met) as "checksNotMet",
                        sum(o.not_yet) as "checksNotYet"
                        from per_project o group by o.norm) n), '[]'),
            'byYear', coalesce((
                select json_agg(y order by y.year, y.norm) from (
                    select extract(year from j.since)::integer as year, j.norm,
                        count(*) filter (where j.verdict = 'met') as met,
                        count(*) filter (where j.verdict = 'not-met') as "notMet",
                        count(*) filter (where j.verdict = 'not-yet') as "notYet"
                        from j group by 1, 2) y), '[]'),
            'completeness', json_build_object(
                'projects', (select count(*) from p),
                'projectsSilentForMonths', (select count(*) from p where p.longest_silence >= 3),
                'wishesWithoutSource', (
                    select count(*) from wish_known w join p on p.project_id = w.project_id
                        where w.tenant_id = p_tenant and w.audience = p_audience
                            and w.known_from <= p_position and w.known_until > p_position
                            and w.source is null),
                'decisionsWithoutMotivation', (
                    select count(*) from decision_known d join p on p.project_id = d.project_id
                        where d.tenant_id = p_tenant and d.audience = p_audience
                            and d.known_from <= p_position and d.known_until > p_position
                            and not d.motivated),
                'deviationsWithoutMotivation', (
                    select count(*) from deviation_known d join p on p.project_id = d.project_id
                        where d.tenant_id = p_tenant and d.audience = p_audience
                            and d.known_from <= p_position and d.known_until > p_position
                            and d.motivation is null),
                'undatedCommitments', (
                    select count(*) from commitment_known c join p on p.project_id = c.project_id
                        where c.tenant_id = p_tenant and c.audience = p_audience
                            and c.known_from <= p_position and c.known_until > p_position
                            and c.due_on is null)))
    );
end
$$;
