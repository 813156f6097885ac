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
-- is open still, to today. The filter on the kind of obstacle leaves approvals as they are.
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
            select o.*, coalesce(o.closed_on, p_today) - o.raised_on as days
                from standing(p_tenant, p_audience, p_position, p_filter, p_today) o
        ),
        waited as materialized (
            select * from asked(
                p_tenant, p_audience, p_position, p_filter - 'category' - 'status' - 'phase')
        ),
        against as materialized (
            select i.* from tried(p_tenant, p_audience, p_position, p_filter) i
                join chosen c on c.project_id = i.project_id and c.id = i.obstacle
        ),
        -- The months told: five years at most, and none that is still to come.
        period as (
            select date_trunc('month', greatest(
                    coalesce((p_filter ->> 'fromDate')::date, min(raised_on)),
                    p_today - 1826)::timestamp) as first,
                date_trunc('month', least(
                    (p_filter ->> 'untilDate')::date, p_today)::timestamp) as last
                from chosen
        )
        select json_build_object(
            'open', (select count(*) from chosen where status = 'open'),
            'accepted', (select count(*) from chosen where status = 'accepted'),
            'resolved', (select count(*) from chosen where status = 'resolved'),
            'openDays', (
                select json_build_object(
                    'median', percentile_cont(0.5) within group (order by days),
                    'p90', percentile_cont(0.9) within group (order by days),
                    'longest', max(days))
                    from chosen where status = 'open'),
            'resolvedDays', (
                select json_build_object(
                    'median', percentile_cont(0.5) within group (order by days),
                    'p90', percentile_cont(0.9) within group (order by days),
                    'longest', max(days))
                    from chosen where status = 'resolved'),
            'byCategory', (
                select coalesce(json_agg(c order by c."open" desc, c.category), '[]') from (
                    select category,
                        count(*) filter (where status = 'open') as "open",
                        count(*) filter (where status = 'accepted') as accepted,
                        count(*) filter (where status = 'resolved') as resolved,
                        percentile_cont(0.5) within group (order by days)
                            filter (where status = 'resolved') as "medianDays",
                        percentile_cont(0.9) within group (order by days)
                            filter (where status = 'resolved') as "p90Days"
                        from chosen group by category) c),
            'bySector', (
                select coalesce(json_agg(c order by c."open" desc, c.sector), '[]') from (
                    select sector,
                        count(*) filter (where status = 'open') as "open",
                        count(*) filter (where status = 'accepted') as accepted,
                        count(*) filter (where status = 'resolved') as resolved,
                        percentile_cont(0.5) within group (order by days)
                            filter (where status = 'resolved') as "medianDays"
                        from chosen group by sector) c),
            'byDepartment', (
                select coalesce(json_agg(c order by c."open" desc, c.department), '[]') from (
                    select department,
                        count(*) filter (where status = 'open') as "open",
                        count(*) filter (where status = 'accepted') as accepted,
                        count(*) filter (where status = 'resolved') as resolved,
                        percentile_cont(0.5) within group (order by days)
                            filter (where status = 'resolved') as "medianDays"
                        from chosen group by department) c),
            'blocking', (
                select coalesce(json_agg(b order by b.days desc, b.obstacle), '[]') from (
                    select c.project_id as project, c.project_title as "projectTitle", c.id as obstacle,
                        c.title, c.category, c.department, c.raised_on as "raisedOn", c.days,
                        c.escalations, c.blocks
                        from chosen c
                        where c.status = 'open'
                        order by c.days desc, c.id limit 100) b),
            'approvals', (
                select coalesce(json_agg(a order by a.overdue desc, a.pending desc, a.authority), '[]')
                from (
                    select authority, count(*) filter (where pending) as pending,
                        count(*) filter (where suspended) as suspended,
                        count(*) filter (where overdue) as overdue, count(decided_on) as decided,
                        count(*) filter (where late) as "decidedLate",
                        percentile_cont(0.5) within group (order by answer_days) as "medianDays",
                        percentile_cont(0.9) within group (order by answer_days) as "p90Days"
                        from waited group by authority) a),
            'approvalsByDepartment', (
                select coalesce(json_agg(a order by a.department), '[]') from (
                    select department, count(*) filter (where pending) as pending,
                        count(*) filter (where suspended) as suspended,
                        count(*) filter (where overdue) as overdue, count(decided_on) as decided,
                        count(*) filter (where late) as "decidedLate",
                        percentile_cont(0.5) within group (order by answer_days) as "medianDays",
                        percentile_cont(0.9) within group (order by answer_days) as "p90Days"
                        from waited group by department) a),
            'overdueApprovals', (
                select coalesce(json_agg(a order by a."dueOn", a.approval), '[]') from (
                    select project_id as project, id as approval, title, authority, department,
                        requested_on as "requestedOn", due_on as "dueOn",
                        p_today - due_on as "daysLate"
                        from waited where overdue order by due_on limit 100) a),
            'interventions', (
                select coalesce(json_agg(t order by t.category, t.resolved desc, t.kind), '[]') from (
                    select category, kind, count(*) as tried,
                        count(resolved_on) as resolved,
                        count(*) filter (where resolved_on is null and outcome = 'helped') as helped,
                        percentile_cont(0.5) within group (order by resolved_on - tried_on)
                            as "medianDaysToResolve"
                        from against group by category, kind) t),
            'trend', (
                select coalesce(json_agg(json_build_object('month', to_char(m.month, 'YYYY-MM'),
                        'raised', m.raised, 'closed', m.closed, 'open', m."open")
                        order by m.month), '[]')
                from (
                    select n.month, sum(n.raised) as raised, sum(n.closed) as closed,
                        sum(sum(n.raised) - sum(n.closed)) over (order by n.month) as "open"
                        from (
                            select date_trunc('month', raised_on::timestamp) as month,
                                1 as raised, 0 as closed from chosen
                            union all
                            select date_trunc('month', closed_on::timestamp), 0, 1
                                from chosen where closed_on is not null
                            union all
                            select generate_series(p.first, p.last, interval '1 month'), 0, 0
                                from period p) n
                        group by n.month) m
                join period p on m.month between p.first and p.last),
            'carriedBy', case when p_audience = 1 then (
                select coalesce(json_agg(l order by l.people, l.departments, l.title), '[]') from (
                    select c.project_id as project, c.title, c.sector, c.people, c.departments,
                        c.lonely
                        from carried(p_tenant, p_audience, p_position) c
                        where (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
                            and (p_filter ->> 'department' is null
                                or c.department = p_filter ->> 'department')
                            and (p_filter ->> 'project' is null
                                or c.project_id = (p_filter ->> 'project')::uuid)
                        order by 4, 5, 2 limit 100) l) end
        )
    );
end
$$;
