-- What the checks of norms come to in a municipality. It is kept as projects change, so that telling it
-- takes no longer as the log grows:
--     tally    how many checks of a project stand alike
--     share    what each project adds to the totals
--     total    the totals

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

-- How many checks of a project stand alike, and how many subjects lack something: for the rows of
-- now, with every change of them.
create table tally (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    kind text not null,
    name text not null,
    "year" integer not null,
    verdict text not null,
    due_on date,
    lapses boolean not null,
    number bigint not null,
    unique nulls not distinct
        (tenant_id, project_id, audience, kind, name, "year", verdict, due_on, lapses)
);

-- What projects add: now, or as known at a position. It is asked all the time, and planned once.
create function additions(p_tenant text, p_projects uuid[], p_at bigint default null)
    returns table (project_id uuid, audience smallint, sector text, addition addition)
    language plpgsql stable set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
        with p as materialized (
            select p.project_id, p.audience, p.sector, p.closed_on, p.silent_from from project p
                where p_at is null and p.tenant_id = p_tenant and p.project_id = any(p_projects)
            union all
            select p.project_id, p.audience, p.sector, p.closed_on, p.silent_from
                from project_known p
                where p_at is not null and p.tenant_id = p_tenant
                    and p.project_id = any(p_projects)
                    and p.known_from <= p_at and p.known_until > p_at
        ),
        t as (
            select t.project_id, t.audience, t.kind, t.name, t.year, t.verdict, t.due_on, t.lapses,
                t.number
                from tally t
                where p_at is null and t.tenant_id = p_tenant and t.project_id = any(p_projects)
            union all
            select c.project_id, c.audience, 'check', c.norm, extract(year from c.since)::integer,
                c.verdict, c.due_on, c.lapses, count(*)
                from checks(p_tenant, p_at) c
                where p_at is not null and c.project_id = any(p_projects)
                group by 1, 2, 4, 5, 6, 7, 8
            union all
            select l.project_id, l.audience, 'lack', l.lack, extract(year from l.since)::integer,
                'not-met', null, false, count(*)
                from lack_known l
                where p_at is not null and l.tenant_id = p_tenant
                    and l.project_id = any(p_projects)
                    and l.known_from <= p_at and l.known_until > p_at
                group by 1, 2, 4, 5
        ),
        told as materialized (
            select t.project_id, t.audience, p.sector, t.kind, t.name, t.year, t.verdict,
                case when t.verdict = 'open' then open_until(t.due_on, t.lapses, p.closed_on)
                    else 'infinity' end as until,
                sum(t.number)::bigint as number
                from t
                join p on p.project_id = t.project_id and p.audience = t.audience
                group by 1, 2, 3, 4, 5, 6, 7, 8
                having sum(t.number) <> 0
        ),
        years as materialized (
            select c.project_id, c.audience, c.sector, c.year from told c
                where c.kind = 'check'
                group by grouping sets (
                    (c.project_id, c.audience, c.sector),
                    (c.project_id, c.audience, c.sector, c.year))
        ),
        added as (
            select c.project_id, c.audience, c.sector, c.kind, c.name, c.year, c.verdict, c.until,
                c.number
                from told c
            union all
            select c.project_id, c.audience, c.sector, 'norm', c.name, c.year,
                case when bool_or(c.verdict = 'not-met') then 'not-met'
                    when bool_or(c.verdict = 'open') then 'open' else 'met' end,
                case when bool_or(c.verdict = 'not-met') then 'infinity' else min(c.until) end, 1
                from told c
                where c.kind = 'check'
                group by grouping sets (
                    (c.project_id, c.audience, c.sector, c.name),
                    (c.project_id, c.audience, c.sector, c.name, c.year))
            union all
            select y.project_id, y.audience, y.sector, 'project', '', y.year, 'met', 'infinity', 1
                from years y
            union all
            select y.project_id, y.audience, y.sector, 'silence', '', y.year, 'open',
                p.silent_from - 1, 1
                from years y
                join p on p.project_id = y.project_id and p.audience = y.audience
                where p.silent_from is not null
        )
        select a.project_id, a.audience, a.sector,
            row(a.kind, a.name, a.year, a.verdict, a.until, a.number)::addition
            from added a;
end
$$;

-- What each project adds to the totals, and the last position at which anything of it changed. Of a
-- few it is stale: they changed since it was added, and whoever reads the totals makes up for that.
create table share (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    changed_at bigint not null,
    stale boolean not null default false,
    sector text not null default '',
    additions addition[] not null default '{}',
    primary key (tenant_id, project_id, audience)
);

create index on share (tenant_id, audience, changed_at);
create index on share (tenant_id, audience) where stale;

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

call cocreate.guard_rows('tally');
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
            from additions(p_tenant, p_projects) a
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
    update share s
        set sector = coalesce(f.sector, ''), additions = coalesce(f.additions, '{}'), stale = false
        from share o
        left join fresh f on f.project_id = o.project_id and f.audience = o.audience
        where o.tenant_id = p_tenant
            and o.project_id = any(p_projects)
            and s.tenant_id = p_tenant and s.project_id = o.project_id and s.audience = o.audience;
    delete from total t where t.tenant_id = p_tenant and t.number = 0;
    delete from tally t
        where t.tenant_id = p_tenant and t.project_id = any(p_projects) and t.number = 0;
end
$$;

-- Count checks of one municipality, by the norms that it has now.
create function tally_checks(p_checks norm_check[], p_sign integer) returns void
    language plpgsql set search_path from current
as $$
declare
    tenant constant text := p_checks[1].tenant_id;
    audiences smallint[];
    valid_from date[];
    thresholds jsonb[];
begin
    select array_agg(k.audience order by k.valid_from desc, k.position desc),
            array_agg(k.valid_from order by k.valid_from desc, k.position desc),
            array_agg(k.thresholds order by k.valid_from desc, k.position desc)
        into audiences, valid_from, thresholds
        from pack k where k.tenant_id = tenant;
    insert into tally as t
        select tenant, c.project_id, c.audience, 'check', c.norm,
            extract(year from c.since)::integer, v.verdict,
            -- Of what is open, the day that counts and whether it lapses.
            case when v.verdict = 'open' then d.due_on end, v.verdict = 'open' and c.lapses,
            sum(p_sign)
            from unnest(p_checks) c
            cross join lateral (
                select least(c.due_on, c.since + (
                    select (k.thresholds ->> c.norm)::integer
                        from unnest(audiences, valid_from, thresholds) with ordinality
                            as k (audience, valid_from, thresholds, place)
                        where k.audience = c.audience and k.valid_from <= c.since
                        order by k.place limit 1)) as due_on
                    offset 0) d
            cross join lateral verdict_of(c.failed, d.due_on, c.done_on) as v (verdict)
            group by 2, 3, 4, 5, 6, 7, 8, 9
        on conflict (tenant_id, project_id, audience, kind, name, "year", verdict, due_on, lapses)
            do update set number = t.number + excluded.number;
end
$$;

create function tally_lacks(p_lacks lack[], p_sign integer) returns void
    language plpgsql set search_path from current
as $$
begin
    insert into tally as t
        select l.tenant_id, l.project_id, l.audience, 'lack', l.lack,
            extract(year from l.since)::integer, 'not-met', null, false, sum(p_sign)
            from unnest(p_lacks) l
            group by 1, 2, 3, 4, 5, 6
        on conflict (tenant_id, project_id, audience, kind, name, "year", verdict, due_on, lapses)
            do update set number = t.number + excluded.number;
end
$$;

-- Take note of where projects changed, and let the totals follow once a hundred or so did. Projects and
-- audiences are given side by side, with the positions.
create function follow(
    p_tenant text, p_projects uuid[], p_audiences smallint[], p_positions bigint[])
    returns void
    language plpgsql set search_path from current
as $$
declare
    changed uuid[];
begin
    insert into share as s (tenant_id, project_id, audience, changed_at, stale)
        select p_tenant, c.project_id, c.audience, max(c.changed_at), true
            from unnest(p_projects, p_audiences, p_positions)
                as c (project_id, audience, changed_at)
            group by 2, 3
        on conflict (tenant_id, project_id, audience)
            do update set changed_at = greatest(s.changed_at, excluded.changed_at), stale = true
            where not s.stale or s.changed_at < excluded.changed_at;
    changed := array(select distinct s.project_id from share s
        where s.tenant_id = p_tenant and s.stale);
    if cardinality(changed) > 128 then
        perform add_up(p_tenant, changed);
    end if;
end
$$;

-- Count what a statement made, and no more what it took away. All rows that one statement writes are of
-- one municipality, as row-level security has it. A trigger says what its table holds, since the table
-- may be a shard, and have the name of one.
create function note_written() returns trigger
    language plpgsql set search_path from current
as $$
begin
    if tg_op <> 'INSERT' then
        if exists (select from gone) then
            if tg_argv[0] = 'norm_check' then
                perform tally_checks(array(select g::norm_check from gone g), -1);
            elsif tg_argv[0] = 'lack' then
                perform tally_lacks(array(select g::lack from gone g), -1);
            end if;
            if tg_op = 'DELETE' then
                perform follow(
                    min(g.tenant_id), array_agg(g.project_id), array_agg(g.audience),
                    array_agg(g.known_from)) from gone g;
            end if;
        end if;
    end if;
    if tg_op <> 'DELETE' then
        if exists (select from made) then
            if tg_argv[0] = 'norm_check' then
                perform tally_checks(array(select m::norm_check from made m), 1);
            elsif tg_argv[0] = 'lack' then
                perform tally_lacks(array(select m::lack from made m), 1);
            end if;
            perform follow(
                min(m.tenant_id), array_agg(m.project_id), array_agg(m.audience),
                array_agg(m.known_from)) from made m;
        end if;
    end if;
    return null;
end
$$;

-- Take note of when a row of now became one of before.
create function note_ended() returns trigger
    language plpgsql set search_path from current
as $$
declare
    tenant text;
    projects uuid[];
    audiences smallint[];
    positions bigint[];
begin
    select min(e.tenant_id), array_agg(e.project_id), array_agg(e.audience), array_agg(e.known_until)
        into tenant, projects, audiences, positions from ended e;
    if tenant is not null then
        insert into share as s (tenant_id, project_id, audience, changed_at)
            select tenant, e.project_id, e.audience, max(e.known_until)
                from unnest(projects, audiences, positions)
                    as e (project_id, audience, known_until)
                group by 2, 3
            on conflict (tenant_id, project_id, audience)
                do update set changed_at = greatest(s.changed_at, excluded.changed_at)
                where s.changed_at < excluded.changed_at;
    end if;
    return null;
end
$$;

-- Other norms judge all checks otherwise.
create function note_packs() returns trigger
    language plpgsql set search_path from current
as $$
declare
    tenant text := (select min(c.tenant_id) from changed c);
begin
    if tenant is not null then
        delete from tally t where t.tenant_id = tenant and t.kind = 'check';
        perform tally_checks(array_agg(row(c.*)::norm_check), 1) from norm_check c
            where c.tenant_id = tenant group by c.project_id;
        perform add_up(tenant, every_project(tenant));
    end if;
    return null;
end
$$;

do $$
declare
    watched text;
begin
    foreach watched in array array['norm_check', 'project', 'lack'] loop
        execute format(
            'create trigger note_made after insert on %1$I referencing new table as made '
            'for each statement execute function note_written(%1$L)', watched);
        execute format(
            'create trigger note_changed after update on %1$I '
            'referencing old table as gone new table as made '
            'for each statement execute function note_written(%1$L)', watched);
        execute format(
            'create trigger note_gone after delete on %1$I referencing old table as gone '
            'for each statement execute function note_written(%1$L)', watched);
        execute format(
            'create trigger note_ended after insert on %I referencing new table as ended '
            'for each statement execute function note_ended()', watched || '_past');
    end loop;
end
$$;

create trigger note_packs_made after insert on pack referencing new table as changed
    for each statement execute function note_packs();
create trigger note_packs_changed after update on pack referencing new table as changed
    for each statement execute function note_packs();
create trigger note_packs_gone after delete on pack referencing old table as changed
    for each statement execute function note_packs();

-- The totals as known at a position: those that were added up, but for the projects that changed
-- since, and those that changed after the position. Where other norms held then, all are judged anew.
create function totals_known(
    p_tenant text, p_audience smallint, p_position bigint, p_project uuid)
    returns table (sector text, addition addition)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
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
                    p_tenant,
                    case when p_project is null then every_project(p_tenant)
                        else array[p_project] end,
                    p_position) a
                where a.audience = p_audience;
        return;
    end if;
    return query
        select t.sector, row(t.kind, t.name, t.year, t.verdict, t.until, t.number)::addition
            from total t where t.tenant_id = p_tenant and t.audience = p_audience;
    return query
        select s.sector, row(a.kind, a.name, a.year, a.verdict, a.until, -a.number)::addition
            from share s cross join unnest(s.additions) a
            where s.tenant_id = p_tenant and s.audience = p_audience
                and (s.stale or s.changed_at > p_position);
    return query
        select a.sector, a.addition
            from additions(p_tenant, array(
                select s.project_id from share s
                    where s.tenant_id = p_tenant and s.audience = p_audience
                        and s.stale and s.changed_at <= p_position)) a
            where a.audience = p_audience
        union all
        select a.sector, a.addition
            from additions(p_tenant, array(
                select s.project_id from share s
                    where s.tenant_id = p_tenant and s.audience = p_audience
                        and s.changed_at > p_position), p_position) a
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
                    filter (where w.kind = 'silence' and w.verdict = 'not-met'), 0)::bigint
                    as silent
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
