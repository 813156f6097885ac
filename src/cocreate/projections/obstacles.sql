-- The obstacle dashboard: what stands in the way, how long, and what helped. It rests on the read
-- models of approvals, interventions and the force field.

create table obstacle (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    category text not null,
    department text,
    owner text,
    title text not null,
    status text not null,
    phase text not null,
    value_between text,
    value_and text,
    raised_on date not null,
    closed_on date,
    escalations integer not null,
    blocks text[] not null,
    interventions text[] not null,
    resolved_by text[] not null,
    source text,
    "position" bigint not null
);

call cocreate.keep_versions('obstacle');

create index obstacle_in_order on obstacle
    (tenant_id, audience, (status <> 'open'), raised_on, project_id, id);

-- What an obstacle is counted among.
create function obstacle_groups(p_category text, p_sector text, p_department text)
    returns table (kind text, code text)
    language sql immutable
begin atomic
    values ('all', null), ('category', p_category), ('sector', p_sector),
        ('department', p_department);
end;

-- Of those that are closed, how many days they stood; of the others, since when they do.
call cocreate.keep_sums('obstacle_sum', 'obstacle', $$
    select g.kind, g.code, r.status, r.closed_on - r.raised_on as days,
        case when r.closed_on is null then r.raised_on end as raised_on, 1::bigint as number
        from obstacle_groups(r.category, r.sector, r.department) g
$$);

-- What comes and goes in each month.
call cocreate.keep_sums('obstacle_month', 'obstacle', $$
    select date_trunc('month', m.day::timestamp)::date as month, m.closed, 1::bigint as number
        from (values (r.raised_on, false), (r.closed_on, true)) as m (day, closed)
        where m.day is not null
$$);

-- The obstacles that are known at a position and that a filter leaves. Inlined where it is used.
create function standing(p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb, p_today date)
    returns setof obstacle_known
    language sql stable
begin atomic
    select o.* from obstacle_known o
        where o.tenant_id = p_tenant and o.audience = p_audience
            and o.known_from <= p_position and o.known_until > p_position
            and (p_filter ->> 'project' is null or o.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'sector' is null or o.sector = p_filter ->> 'sector')
            and (p_filter ->> 'category' is null or o.category = p_filter ->> 'category')
            and (p_filter ->> 'department' is null or o.department = p_filter ->> 'department')
            and (p_filter ->> 'status' is null or o.status = p_filter ->> 'status')
            and (p_filter ->> 'phase' is null or o.phase = p_filter ->> 'phase')
            and (p_filter ->> 'untilDate' is null
                or o.raised_on <= (p_filter ->> 'untilDate')::date)
            and (p_filter ->> 'fromDate' is null
                or coalesce(o.closed_on, p_today) >= (p_filter ->> 'fromDate')::date);
end;

create function list_obstacles(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, obstacle text, title text, category text,
        status text, phase text, sector text, department text, owner text, value_between text,
        value_and text, raised_on date, closed_on date, days integer, escalations integer,
        blocks text[], interventions text[], resolved_by text[], source text, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(o.status <> 'open', o.raised_on, o.project_id, o.id),
            o.project_id, o.project_title, o.id, o.title, o.category, o.status, o.phase, o.sector,
            o.department, o.owner, o.value_between, o.value_and, o.raised_on, o.closed_on,
            coalesce(o.closed_on, p_today) - o.raised_on, o.escalations, o.blocks,
            o.interventions, o.resolved_by, o.source, o.position
            from standing(p_tenant, p_audience, p_position, p_filter, p_today) o
            where p_after is null
                or (o.status <> 'open', o.raised_on, o.project_id, o.id) > (
                    (p_after ->> 0)::boolean, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                    p_after ->> 3)
            order by o.status <> 'open', o.raised_on, o.project_id, o.id
            limit p_limit;
end
$$;

-- The whole dashboard as one JSON document. Days are counted from raising to resolving, and for what
-- is open still, to today. The filter on the kind of obstacle leaves approvals as they are. What is
-- counted comes from the sums, or where it is narrowed, from the obstacles that are left.
create function read_dashboard(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform set_config('cocreate.today', p_today::text, true);
    return (
        with chosen as materialized (
            select * from standing(p_tenant, p_audience, p_position, p_filter, p_today)
                where p_filter <> '{}'
        ),
        stood as (
            select s.kind, s.code, s.status, sum(s.number) as number, array_agg(s.days) as days,
                array_agg(s.number) as numbers
                from (
                    select s.kind, s.code, s.status, coalesce(s.days, p_today - s.raised_on) as days,
                        s.number
                        from obstacle_sums(p_tenant, p_audience, p_position) s
                        where p_filter = '{}'
                    union all
                    select g.kind, g.code, c.status, coalesce(c.closed_on, p_today) - c.raised_on, 1
                        from chosen c
                        cross join lateral obstacle_groups(c.category, c.sector, c.department) g) s
                group by s.kind, s.code, s.status
                having sum(s.number) <> 0
        ),
        spread as materialized (
            select t.kind, t.code, t.status, t.number, s.median, s.p90, s.longest
                from stood t cross join lateral cocreate.spread(t.days, t.numbers) s
        ),
        counted as materialized (
            select s.kind, s.code,
                coalesce(sum(s.number) filter (where s.status = 'open'), 0) as "open",
                coalesce(sum(s.number) filter (where s.status = 'accepted'), 0) as accepted,
                coalesce(sum(s.number) filter (where s.status = 'resolved'), 0) as resolved,
                max(s.median) filter (where s.status = 'resolved') as "medianDays",
                max(s.p90) filter (where s.status = 'resolved') as "p90Days"
                from spread s group by s.kind, s.code
        ),
        waited as materialized (
            select c.kind, c.code, c.pending, c.suspended, c.overdue, c.decided,
                c.late as "decidedLate", s.median as "medianDays", s.p90 as "p90Days"
                from counted_approvals(
                    p_tenant, p_audience, p_position, p_today,
                    p_filter - 'category' - 'status' - 'phase') c
                cross join lateral cocreate.spread(c.days, c.numbers) s
                where c.kind in ('authority', 'department')
        ),
        against as (
            select i.category, i.kind, sum(i.number) as tried,
                coalesce(sum(i.number) filter (where i.resolved), 0) as resolved,
                coalesce(sum(i.number) filter (
                    where not i.resolved and i.outcome = 'helped'), 0) as helped,
                array_agg(i.days) as days, array_agg(i.number) as numbers
                from (
                    select i.category, i.kind, i.outcome, i.resolved, i.days, i.number
                        from counted_interventions(p_tenant, p_audience, p_position, '{}') i
                        where p_filter = '{}'
                    union all
                    select i.category, i.kind, i.outcome, i.resolved_on is not null,
                        i.resolved_on - i.tried_on, 1
                        from tried(p_tenant, p_audience, p_position, p_filter) i
                        join chosen c on c.project_id = i.project_id and c.id = i.obstacle) i
                group by i.category, i.kind
                having sum(i.number) <> 0
        ),
        months as materialized (
            select n.month, coalesce(sum(n.number) filter (where not n.closed), 0) as raised,
                coalesce(sum(n.number) filter (where n.closed), 0) as closed
                from (
                    select m.* from obstacle_months(p_tenant, p_audience, p_position) m
                        where p_filter = '{}'
                    union all
                    select date_trunc('month', m.day::timestamp)::date, m.closed, 1
                        from chosen c
                        cross join lateral (
                            values (c.raised_on, false), (c.closed_on, true)) as m (day, closed)
                        where m.day is not null) n
                group by n.month
                having count(*) filter (where n.number <> 0) > 0
        ),
        -- The months told: five years at most, and none that is still to come.
        period as (
            select date_trunc('month', greatest(
                    coalesce((p_filter ->> 'fromDate')::date,
                        min(m.month) filter (where m.raised > 0)),
                    p_today - 1826)::timestamp) as first,
                date_trunc('month', least(
                    (p_filter ->> 'untilDate')::date, p_today)::timestamp) as last
                from months m
        )
        select json_build_object(
            'open', coalesce((select c."open" from counted c where c.kind = 'all'), 0),
            'accepted', coalesce((select c.accepted from counted c where c.kind = 'all'), 0),
            'resolved', coalesce((select c.resolved from counted c where c.kind = 'all'), 0),
            'openDays', (
                select json_build_object(
                    'median', max(s.median), 'p90', max(s.p90), 'longest', max(s.longest))
                    from spread s where s.kind = 'all' and s.status = 'open'),
            'resolvedDays', (
                select json_build_object(
                    'median', max(s.median), 'p90', max(s.p90), 'longest', max(s.longest))
                    from spread s where s.kind = 'all' and s.status = 'resolved'),
            'byCategory', (
                select coalesce(json_agg(c order by c."open" desc, c.category), '[]') from (
                    select c.code as category, c."open", c.accepted, c.resolved, c."medianDays",
                        c."p90Days"
                        from counted c where c.kind = 'category') c),
            'bySector', (
                select coalesce(json_agg(c order by c."open" desc, c.sector), '[]') from (
                    select c.code as sector, c."open", c.accepted, c.resolved, c."medianDays"
                        from counted c where c.kind = 'sector') c),
            'byDepartment', (
                select coalesce(json_agg(c order by c."open" desc, c.department), '[]') from (
                    select c.code as department, c."open", c.accepted, c.resolved, c."medianDays"
                        from counted c where c.kind = 'department') c),
            'blocking', (
                select coalesce(json_agg(b order by b.days desc, b.project, b.obstacle), '[]') from (
                    select o.project_id as project, o.project_title as "projectTitle",
                        o.id as obstacle, o.title, o.category, o.department,
                        o.raised_on as "raisedOn", p_today - o.raised_on as days, o.escalations,
                        o.blocks
                        from standing(p_tenant, p_audience, p_position, p_filter, p_today) o
                        where (o.status <> 'open') = false
                        order by o.raised_on, o.project_id, o.id limit 100) b),
            'approvals', (
                select coalesce(json_agg(a order by a.overdue desc, a.pending desc, a.authority), '[]')
                from (
                    select w.code as authority, w.pending, w.suspended, w.overdue, w.decided,
                        w."decidedLate", w."medianDays", w."p90Days"
                        from waited w where w.kind = 'authority') a),
            'approvalsByDepartment', (
                select coalesce(json_agg(a order by a.department), '[]') from (
                    select w.code as department, w.pending, w.suspended, w.overdue, w.decided,
                        w."decidedLate", w."medianDays", w."p90Days"
                        from waited w where w.kind = 'department') a),
            'overdueApprovals', (
                select coalesce(json_agg(a order by a."dueOn", a.project, a.approval), '[]') from (
                    select a.project_id as project, a.id as approval, a.title, a.authority,
                        a.department, a.requested_on as "requestedOn", a.due_on as "dueOn",
                        p_today - a.due_on as "daysLate"
                        from overdue_approvals(
                            p_tenant, p_audience, p_position, p_today,
                            p_filter - 'category' - 'status' - 'phase', 100) a) a),
            'interventions', (
                select coalesce(json_agg(t order by t.category, t.resolved desc, t.kind), '[]') from (
                    select a.category, a.kind, a.tried, a.resolved, a.helped,
                        s.median as "medianDaysToResolve"
                        from against a cross join lateral cocreate.spread(a.days, a.numbers) s) t),
            'trend', (
                select coalesce(json_agg(json_build_object('month', to_char(m.month, 'YYYY-MM'),
                        'raised', m.raised, 'closed', m.closed, 'open', m."open")
                        order by m.month), '[]')
                from (
                    select n.month, sum(n.raised) as raised, sum(n.closed) as closed,
                        sum(sum(n.raised) - sum(n.closed)) over (order by n.month) as "open"
                        from (
                            select m.month::timestamp as month, m.raised, m.closed from months m
                            union all
                            select generate_series(p.first, p.last, interval '1 month'), 0, 0
                                from period p) n
                        group by n.month) m
                join period p on m.month between p.first and p.last),
            'carriedBy', case when p_audience = 1 then (
                select coalesce(json_agg(l order by l.people, l.departments, l.title, l.project), '[]')
                from (
                    select c.project_id as project, c.title, c.sector, c.people, c.departments,
                        c.lonely
                        from carried(
                            p_tenant, p_audience, p_position,
                            p_filter - 'category' - 'status' - 'phase') c
                        order by c.people, c.departments, c.title, c.project_id limit 100) l) end
        )
    );
end
$$;
