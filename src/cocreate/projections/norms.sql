-- The norm checks of a municipality: what was to be done, by when, and when it was; with the
-- thresholds that it adopted. What they come to in all is kept with every change, project by project,
-- so that telling it takes no longer as the log grows.

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

-- Checks in the order of the register: those that failed or were done late by law, those that are
-- open, and those that were done. Only a threshold of the municipality makes the last not met.
create index norm_check_missed on norm_check (tenant_id, audience, since, project_id, id)
    where failed or done_on > due_on;
create index norm_check_open on norm_check (tenant_id, audience, since, project_id, id)
    where not failed and done_on is null;
create index norm_check_done on norm_check (tenant_id, audience, since, project_id, id)
    where not failed and done_on is not null and (due_on is null or done_on <= due_on);
create index norm_check_past_missed on norm_check_past (tenant_id, audience, since, project_id, id)
    where failed or done_on > due_on;
create index norm_check_past_open on norm_check_past (tenant_id, audience, since, project_id, id)
    where not failed and done_on is null;
create index norm_check_past_done on norm_check_past (tenant_id, audience, since, project_id, id)
    where not failed and done_on is not null and (due_on is null or done_on <= due_on);

-- Every check as known at a position, with a verdict for good, or 'open' with the last day on which
-- it is not yet met; the rule is that of judge() in norm_verdicts.py.
create function checks(p_tenant text, p_position bigint)
    returns table (
        project_id uuid, audience smallint, id text, norm text, subject text, since date,
        lawful_due_on date, done_on date, failed boolean, positions bigint[], project_title text,
        sector text, status text, due_on date, verdict text, until date)
    language sql stable
begin atomic
    select c.project_id, c.audience, c.id, c.norm, c.subject, c.since, c.due_on, c.done_on, c.failed,
        c.positions, p.title, p.sector, p.status, d.due_on,
        case when c.failed or c.done_on > d.due_on then 'not-met'
            when c.done_on is not null then 'met' else 'open' end,
        case when not c.failed and c.done_on is null then
            least(d.due_on, case when c.lapses then p.closed_on - 1 end, 'infinity')
            else 'infinity' end
        from norm_check_known c
        join project_known p on p.tenant_id = p_tenant and p.project_id = c.project_id
            and p.audience = c.audience and p.known_from <= p_position
            and p.known_until > p_position
        cross join lateral (
            select least(c.due_on, c.since + (
                select (k.thresholds ->> c.norm)::integer from pack_known k
                    where k.tenant_id = p_tenant and k.audience = c.audience
                        and k.known_from <= p_position and k.known_until > p_position
                        and k.valid_from <= c.since
                    order by k.valid_from desc, k.position desc limit 1)) as due_on
                -- Worked out once for a row, rather than wherever it is mentioned.
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

-- -- The register --------------------------------------------------------------------------------

-- A page of the checks with one verdict, from a place in their order on. Each kind of check is read
-- in that order by its own index.
create function checks_with(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_verdict text, p_since date, p_project uuid, p_id text, p_limit integer)
    returns table (
        project_id uuid, id text, project_title text, norm text, subject text, since date,
        due_on date, done_on date, sector text, status text, positions bigint[])
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
declare
    own_norms boolean := exists (
        select from pack_known k
            where k.tenant_id = p_tenant and k.audience = p_audience and k.thresholds <> '{}');
begin
    return query
        with missed as (
            select c.* from checks(p_tenant, p_position) c
                where p_verdict = 'not-met'
                    and c.audience = p_audience and (c.failed or c.done_on > c.lawful_due_on)
                    and (c.since, c.project_id, c.id) > (p_since, p_project, p_id)
                    and (p_filter ->> 'project' is null
                        or c.project_id = (p_filter ->> 'project')::uuid)
                    and (p_filter ->> 'norm' is null or c.norm = p_filter ->> 'norm')
                    and (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'year' is null or c.since between
                        make_date((p_filter ->> 'year')::integer, 1, 1)
                        and make_date((p_filter ->> 'year')::integer, 12, 31))
                order by c.since, c.project_id, c.id limit p_limit
        ),
        open as (
            select c.* from checks(p_tenant, p_position) c
                where p_verdict <> 'met'
                    and c.audience = p_audience and not c.failed and c.done_on is null
                    and verdict_on(p_today, c.verdict, c.until) = p_verdict
                    and (c.since, c.project_id, c.id) > (p_since, p_project, p_id)
                    and (p_filter ->> 'project' is null
                        or c.project_id = (p_filter ->> 'project')::uuid)
                    and (p_filter ->> 'norm' is null or c.norm = p_filter ->> 'norm')
                    and (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'year' is null or c.since between
                        make_date((p_filter ->> 'year')::integer, 1, 1)
                        and make_date((p_filter ->> 'year')::integer, 12, 31))
                order by c.since, c.project_id, c.id limit p_limit
        ),
        done as (
            select c.* from checks(p_tenant, p_position) c
                where (p_verdict = 'met' or p_verdict = 'not-met' and own_norms)
                    and c.audience = p_audience and not c.failed and c.done_on is not null
                    and (c.lawful_due_on is null or c.done_on <= c.lawful_due_on)
                    and c.verdict = p_verdict
                    and (c.since, c.project_id, c.id) > (p_since, p_project, p_id)
                    and (p_filter ->> 'project' is null
                        or c.project_id = (p_filter ->> 'project')::uuid)
                    and (p_filter ->> 'norm' is null or c.norm = p_filter ->> 'norm')
                    and (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'year' is null or c.since between
                        make_date((p_filter ->> 'year')::integer, 1, 1)
                        and make_date((p_filter ->> 'year')::integer, 12, 31))
                order by c.since, c.project_id, c.id limit p_limit
        )
        select c.project_id, c.id, c.project_title, c.norm, c.subject, c.since, c.due_on, c.done_on,
            c.sector, c.status, c.positions
            from (
                select * from missed union all select * from open union all select * from done) c
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
    first integer := coalesce((p_after ->> 0)::integer, 0);
    given integer;
    needed integer := p_limit;
    told text[] := array['not-met', 'not-yet', 'met'];
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    for number in first .. 2 loop
        continue when told[number + 1] <> p_filter ->> 'verdict';
        return query
            select jsonb_build_array(number, c.since, c.project_id, c.id), c.project_id,
                c.project_title, c.norm, c.subject, told[number + 1], c.since, c.due_on, c.done_on,
                case when coalesce(c.done_on, p_today) > c.due_on
                    then coalesce(c.done_on, p_today) - c.due_on end,
                c.sector, c.status, c.positions
                from checks_with(
                    p_tenant, p_audience, p_position, p_today, p_filter, told[number + 1],
                    case when p_after is null or number > first then '-infinity'
                        else (p_after ->> 1)::date end,
                    case when p_after is null or number > first
                        then '00000000-0000-0000-0000-000000000000'
                        else (p_after ->> 2)::uuid end,
                    case when p_after is null or number > first then ''
                        else p_after ->> 3 end,
                    needed) c;
        get diagnostics given = row_count;
        needed := needed - given;
        exit when needed = 0;
    end loop;
end
$$;

-- -- The totals ----------------------------------------------------------------------------------

-- A number that a project adds to the totals of its municipality. Of what arose in a year; a null
-- year stands for all of them, where a project is more than the sum of its years.
--     kind     name      number of
--     check    a norm    checks
--     norm     a norm    projects, by the worst of their checks
--     lack     a lack    subjects
--     project            projects
--     silence            projects, not silent for months up to the day
create type addition as (
    kind text, name text, "year" integer, verdict text, until date, number bigint);

-- What projects add, as known at a position. It is asked with every change, and planned once.
create function additions(p_tenant text, p_projects uuid[], p_at bigint)
    returns table (project_id uuid, audience smallint, sector text, addition addition)
    language plpgsql stable set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
        with p as materialized (
            select p.project_id, p.audience, p.sector, p.silent_from from project_known p
                where p.tenant_id = p_tenant and p.known_from <= p_at
                    and p.known_until > p_at
                    and p.project_id = any(p_projects)
        ),
        c as materialized (
            select c.project_id, c.audience, c.sector, c.norm,
                extract(year from c.since)::integer as "year", c.verdict, c.until
                from checks(p_tenant, p_at) c
                where c.project_id = any(p_projects)
        ),
        years as (
            select c.project_id, c.audience, c.sector, c.year from c
                group by grouping sets (
                    (c.project_id, c.audience, c.sector), (c.project_id, c.audience, c.sector, c.year))
        ),
        added as (
            select c.project_id, c.audience, c.sector, 'check' as kind, c.norm as name, c.year,
                c.verdict, c.until, count(*) as number
                from c group by 1, 2, 3, 5, 6, 7, 8
            union all
            select c.project_id, c.audience, c.sector, 'norm', c.norm, c.year,
                case when bool_or(c.verdict = 'not-met') then 'not-met'
                    when bool_or(c.verdict = 'open') then 'open' else 'met' end,
                case when bool_or(c.verdict = 'not-met') then 'infinity' else min(c.until) end, 1
                from c
                group by grouping sets (
                    (c.project_id, c.audience, c.sector, c.norm),
                    (c.project_id, c.audience, c.sector, c.norm, c.year))
            union all
            select y.project_id, y.audience, y.sector, 'project', '', y.year, 'met', 'infinity', 1
                from years y
            union all
            select y.project_id, y.audience, y.sector, 'silence', '', y.year, 'open',
                p.silent_from - 1, 1
                from years y
                join p on p.project_id = y.project_id and p.audience = y.audience
                where p.silent_from is not null
            union all
            select l.project_id, l.audience, p.sector, 'lack', l.lack,
                extract(year from l.since)::integer, 'not-met', 'infinity', count(*)
                from lack_known l
                join p on p.project_id = l.project_id and p.audience = l.audience
                where l.tenant_id = p_tenant and l.known_from <= p_at
                    and l.known_until > p_at
                    and l.project_id = any(p_projects)
                group by 1, 2, 3, 5, 6
        )
        select a.project_id, a.audience, a.sector,
            row(a.kind, a.name, a.year, a.verdict, a.until, a.number)::addition
            from added a;
end
$$;

-- What each project adds to the totals now, and the last position at which anything of it changed.
create table share (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    changed_at bigint not null,
    sector text not null default '',
    additions addition[] not null default '{}',
    primary key (tenant_id, project_id, audience)
);

create index on share (tenant_id, audience, changed_at);

create table total (
    tenant_id text not null,
    audience smallint not null,
    sector text not null,
    kind text not null,
    name text not null,
    "year" integer,
    verdict text not null,
    until date not null,
    number bigint not null,
    unique nulls not distinct (tenant_id, audience, sector, kind, name, "year", verdict, until)
);

create index on total (tenant_id) where number = 0;

call cocreate.guard_rows('share');
call cocreate.guard_rows('total');

create function every_project(p_tenant text) returns uuid[]
    language sql stable
begin atomic
    select array_agg(distinct s.project_id) from share s where s.tenant_id = p_tenant;
end;

-- Let the totals hold what projects add now, in place of what they added before.
create function add_up(p_tenant text, p_projects uuid[]) returns void
    language plpgsql set search_path from current set plan_cache_mode = force_generic_plan
as $$
begin
    with fresh as materialized (
        select a.project_id, a.audience, a.sector, array_agg(a.addition) as additions
            from additions(p_tenant, p_projects, 9223372036854775806) a
            group by 1, 2, 3
    ),
    moved as (
        insert into total as t
            select p_tenant, s.audience, s.sector, a.kind, a.name, a.year, a.verdict, a.until,
                sum(s.sign * a.number)
                from (
                    select f.audience, f.sector, f.additions, 1 as sign from fresh f
                    union all
                    select s.audience, s.sector, s.additions, -1 from share s
                        where s.tenant_id = p_tenant
                            and s.project_id = any(p_projects)) s
                cross join unnest(s.additions) a
                group by 2, 3, 4, 5, 6, 7, 8
                having sum(s.sign * a.number) <> 0
            on conflict (tenant_id, audience, sector, kind, name, "year", verdict, until)
                do update set number = t.number + excluded.number
    )
    update share s set sector = coalesce(f.sector, ''), additions = coalesce(f.additions, '{}')
        from share o
        left join fresh f on f.project_id = o.project_id and f.audience = o.audience
        where o.tenant_id = p_tenant
            and o.project_id = any(p_projects)
            and s.tenant_id = p_tenant and s.project_id = o.project_id and s.audience = o.audience;
    delete from total t where t.tenant_id = p_tenant and t.number = 0;
end
$$;

-- Take note that rows of projects changed, and add up.
create function note_changes() returns trigger
    language plpgsql set search_path from current
as $$
declare
    one record;
begin
    for one in
        select c.tenant_id, array_agg(distinct c.project_id) as projects from changed c group by 1
    loop
        if tg_op <> 'DELETE' then
            insert into share as s (tenant_id, project_id, audience, changed_at)
                select c.tenant_id, c.project_id, c.audience, max(c.known_from)
                    from changed c where c.tenant_id = one.tenant_id group by 1, 2, 3
                on conflict (tenant_id, project_id, audience)
                    do update set changed_at = greatest(s.changed_at, excluded.changed_at);
        end if;
        perform add_up(one.tenant_id, one.projects);
    end loop;
    return null;
end
$$;

-- Take note of when a row of now became one of before.
create function note_ends() returns trigger
    language plpgsql set search_path from current
as $$
begin
    insert into share as s (tenant_id, project_id, audience, changed_at)
        select c.tenant_id, c.project_id, c.audience, max(c.known_until) from changed c group by 1, 2, 3
        on conflict (tenant_id, project_id, audience)
            do update set changed_at = greatest(s.changed_at, excluded.changed_at)
            where s.changed_at < excluded.changed_at;
    return null;
end
$$;

-- Other norms judge all checks otherwise.
create function note_packs() returns trigger
    language plpgsql set search_path from current
as $$
declare
    one text;
begin
    for one in select distinct c.tenant_id from changed c loop
        perform add_up(one, every_project(one));
    end loop;
    return null;
end
$$;

do $$
declare
    watched text;
    event text;
begin
    foreach watched in array array['norm_check', 'project', 'lack', 'pack'] loop
        foreach event in array array['insert', 'update', 'delete'] loop
            execute format(
                'create trigger add_up_at_%s after %s on %I referencing %s table as changed '
                'for each statement execute function %I()',
                event, event, watched, case event when 'delete' then 'old' else 'new' end,
                case watched when 'pack' then 'note_packs' else 'note_changes' end);
        end loop;
        continue when watched = 'pack';
        execute format(
            'create trigger note_ends after insert on %I referencing new table as changed '
            'for each statement execute function note_ends()', watched || '_past');
    end loop;
end
$$;

-- The totals as known at a position: those of now, but for the projects that changed since. Where
-- other norms held then, all of them are judged anew.
create function totals_known(
    p_tenant text, p_audience smallint, p_position bigint, p_project uuid)
    returns table (sector text, addition addition)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
declare
    others uuid[];
begin
    if p_project is not null or exists (
        select from pack_known k
            where k.tenant_id = p_tenant and k.audience = p_audience
                and (k.known_from > p_position
                    or k.known_until > p_position and k.known_until < 9223372036854775807))
    then
        return query
            select a.sector, a.addition
                from additions(
                    p_tenant, case when p_project is null then every_project(p_tenant) else array[p_project] end,
                    p_position) a
                where a.audience = p_audience;
        return;
    end if;
    return query
        select t.sector, row(t.kind, t.name, t.year, t.verdict, t.until, t.number)::addition
            from total t where t.tenant_id = p_tenant and t.audience = p_audience;
    others := array(
        select s.project_id from share s
            where s.tenant_id = p_tenant and s.audience = p_audience and s.changed_at > p_position);
    return query
        select s.sector, row(a.kind, a.name, a.year, a.verdict, a.until, -a.number)::addition
            from share s cross join unnest(s.additions) a
            where s.tenant_id = p_tenant and s.audience = p_audience
                and s.project_id = any(others);
    return query
        select a.sector, a.addition from additions(p_tenant, others, p_position) a
            where a.audience = p_audience;
end
$$;

create function read_totals(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
declare
    of_year integer := (p_filter ->> 'year')::integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with t as materialized (
            select (a.addition).kind, (a.addition).name, (a.addition).year, v.verdict,
                sum((a.addition).number)::bigint as number
                from totals_known(
                    p_tenant, p_audience, p_position, (p_filter ->> 'project')::uuid) a
                cross join lateral verdict_on(
                    p_today, (a.addition).verdict, (a.addition).until) as v (verdict)
                where p_filter ->> 'sector' is null or a.sector = p_filter ->> 'sector'
                group by 1, 2, 3, 4
        ),
        -- What is counted by project, over the years that are asked for together.
        whole as (select * from t where t.year is not distinct from of_year),
        p as (
            select coalesce(sum(w.number) filter (where w.kind = 'project'), 0)::bigint as number,
                coalesce(sum(w.number)
                    filter (where w.kind = 'silence' and w.verdict = 'not-met'), 0)::bigint as silent
                from whole w
        ),
        norms as (
            select n.norm, n.number from unnest(array[
                'suitability-assessed', 'frames-before-sessions', 'level-set', 'mandate-clear',
                'residents-before-decision', 'contributions-answered', 'deviations-grounded',
                'deviations-motivated', 'deviations-fed-back', 'decisions-announced',
                'statutory-terms-kept', 'commitments-kept', 'final-report-delivered',
                'reflection-held']) with ordinality as n (norm, number)
                where p_filter ->> 'norm' is null or n.norm = p_filter ->> 'norm'
        ),
        by_norm as (
            select n.number, n.norm, coalesce(w.met, 0) as "projectsMet",
                coalesce(w.not_met, 0) as "projectsNotMet",
                coalesce(w.not_yet, 0) as "projectsNotYet",
                p.number - coalesce(w.total, 0) as "projectsNotApplicable",
                coalesce(c.met, 0) as "checksMet", coalesce(c.not_met, 0) as "checksNotMet",
                coalesce(c.not_yet, 0) as "checksNotYet"
                from norms n
                cross join p
                cross join lateral (
                    select sum(w.number)::bigint as total,
                        sum(w.number) filter (where w.verdict = 'met')::bigint as met,
                        sum(w.number) filter (where w.verdict = 'not-met')::bigint as not_met,
                        sum(w.number) filter (where w.verdict = 'not-yet')::bigint as not_yet
                        from whole w where w.kind = 'norm' and w.name = n.norm) w
                cross join lateral (
                    select sum(t.number) filter (where t.verdict = 'met')::bigint as met,
                        sum(t.number) filter (where t.verdict = 'not-met')::bigint as not_met,
                        sum(t.number) filter (where t.verdict = 'not-yet')::bigint as not_yet
                        from t
                        where t.kind = 'check' and t.name = n.norm
                            and (of_year is null or t.year = of_year)) c
        ),
        by_year as (
            select t.year, n.number, n.norm,
                coalesce(sum(t.number) filter (where t.verdict = 'met'), 0)::bigint as met,
                coalesce(sum(t.number) filter (where t.verdict = 'not-met'), 0)::bigint as "notMet",
                coalesce(sum(t.number) filter (where t.verdict = 'not-yet'), 0)::bigint as "notYet"
                from t
                join norms n on n.norm = t.name
                where t.kind = 'check' and (of_year is null or t.year = of_year)
                group by 1, 2, 3
                having sum(t.number) > 0
        ),
        lacks as (
            select t.name as lack, sum(t.number)::bigint as number from t
                where t.kind = 'lack' and (of_year is null or t.year = of_year) group by 1
        )
        select json_build_object(
            'projects', p.number,
            'norms', (
                select json_agg(to_jsonb(n) - 'number' order by n.number) from by_norm n),
            'byYear', coalesce((
                select json_agg(to_jsonb(y) - 'number' order by y.year, y.number)
                    from by_year y), '[]'),
            'completeness', json_build_object(
                'projects', p.number, 'projectsSilentForMonths', p.silent,
                'wishesWithoutSource', coalesce((
                    select l.number from lacks l where l.lack = 'source'), 0),
                'decisionsWithoutMotivation', coalesce((
                    select l.number from lacks l where l.lack = 'decision-motivation'), 0),
                'deviationsWithoutMotivation', coalesce((
                    select l.number from lacks l where l.lack = 'deviation-motivation'), 0),
                'undatedCommitments', coalesce((
                    select l.number from lacks l where l.lack = 'date'), 0)))
            from p
    );
end
$$;
