-- The obstacle dashboard of a municipality: what stands in the way, how long, and what helped.
--
-- audience is 0 for what the public knows and 1 for what those inside know.

create table obstacles.project (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    title text not null,
    sector text not null,
    department text not null,
    open boolean not null,
    carriers text[] not null,
    departments text[] not null,
    primary key (tenant_id, project_id, id, audience)
);

create table obstacles.obstacle (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    sector text not null,
    category text not null,
    department text,
    title text not null,
    status text not null,
    raised_on date not null,
    closed_on date,
    escalations smallint not null,
    blocks text[] not null,
    resolved_by text[] not null,
    primary key (tenant_id, project_id, id, audience)
);

create table obstacles.approval (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    sector text not null,
    kind text not null,
    title text not null,
    authority text not null,
    department text,
    status text not null,
    requested_on date not null,
    due_on date,
    decided_on date,
    primary key (tenant_id, project_id, id, audience)
);

create table obstacles.intervention (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    sector text not null,
    kind text not null,
    outcome text,
    tried_on date not null,
    judged_on date,
    obstacles text[] not null,
    primary key (tenant_id, project_id, id, audience)
);

create function obstacles.write_project(p_rows obstacles.project[]) returns void
    language sql
begin atomic
    insert into obstacles.project select * from unnest(p_rows)
        on conflict (tenant_id, project_id, id, audience) do update
            set open = excluded.open, carriers = excluded.carriers,
                departments = excluded.departments;
end;

create function obstacles.write_obstacle(p_rows obstacles.obstacle[]) returns void
    language sql
begin atomic
    insert into obstacles.obstacle select * from unnest(p_rows)
        on conflict (tenant_id, project_id, id, audience) do update
            set department = excluded.department, status = excluded.status,
                closed_on = excluded.closed_on, escalations = excluded.escalations,
                resolved_by = excluded.resolved_by;
end;

create function obstacles.write_approval(p_rows obstacles.approval[]) returns void
    language sql
begin atomic
    insert into obstacles.approval select * from unnest(p_rows)
        on conflict (tenant_id, project_id, id, audience) do update
            set status = excluded.status, due_on = excluded.due_on,
                decided_on = excluded.decided_on;
end;

create function obstacles.write_intervention(p_rows obstacles.intervention[]) returns void
    language sql
begin atomic
    insert into obstacles.intervention select * from unnest(p_rows)
        on conflict (tenant_id, project_id, id, audience) do update
            set outcome = excluded.outcome, judged_on = excluded.judged_on;
end;

-- The whole dashboard as one JSON document. The filters leave out what does not match; a period
-- takes in what was open at any day of it. Days are counted from raising to resolving, and for
-- what is open still, to today.
create function obstacles.read_dashboard(
    p_tenant text, p_audience smallint, p_today date,
    p_sector text, p_category text, p_department text, p_from date, p_until date)
    returns json
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with chosen as (
            select o.*, coalesce(o.closed_on, p_today) - o.raised_on as days
                from obstacles.obstacle o
                where o.tenant_id = p_tenant and o.audience = p_audience
                    and (p_sector is null or o.sector = p_sector)
                    and (p_category is null or o.category = p_category)
                    and (p_department is null or o.department = p_department)
                    and (p_until is null or o.raised_on <= p_until)
                    and (p_from is null or coalesce(o.closed_on, p_today) >= p_from)
        ),
        asked as (
            select a.*, a.decided_on - a.requested_on as days,
                a.decided_on is null and a.due_on < p_today as overdue
                from obstacles.approval a
                where a.tenant_id = p_tenant and a.audience = p_audience
                    and (p_sector is null or a.sector = p_sector)
                    and (p_department is null or a.department = p_department)
                    and (p_until is null or a.requested_on <= p_until)
                    and (p_from is null or coalesce(a.decided_on, p_today) >= p_from)
        ),
        tried as (
            select i.*, o.category as against, o.id = any(o2.resolved) as resolved,
                o.closed_on - i.tried_on as days_to_resolve
                from obstacles.intervention i
                join chosen o on o.project_id = i.project_id and o.id = any(i.obstacles)
                cross join lateral (
                    select case when i.id = any(o.resolved_by)
                        or i.outcome = 'resolved' and o.status = 'resolved'
                        then array[o.id] else '{}' end as resolved
                ) o2
                where i.tenant_id = p_tenant and i.audience = p_audience
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
                    select c.project_id as project, p.title as "projectTitle", c.id as obstacle,
                        c.title, c.category, c.department, c.raised_on as "raisedOn", c.days,
                        c.escalations, c.blocks
                        from chosen c
                        join obstacles.project p on p.tenant_id = p_tenant
                            and p.project_id = c.project_id and p.audience = p_audience
                        where c.status = 'open'
                        order by c.days desc, c.id limit 100) b),
            'approvals', (
                select coalesce(json_agg(a order by a.overdue desc, a.pending desc, a.authority), '[]')
                from (
                    select authority,
                        count(*) filter (where decided_on is null and status <> 'suspended') as pending,
                        count(*) filter (where status = 'suspended') as suspended,
                        count(*) filter (where overdue) as overdue,
                        count(*) filter (where decided_on is not null) as decided,
                        count(*) filter (where decided_on > due_on) as "decidedLate",
                        percentile_cont(0.5) within group (order by days) as "medianDays",
                        percentile_cont(0.9) within group (order by days) as "p90Days"
                        from asked group by authority) a),
            'approvalsByDepartment', (
                select coalesce(json_agg(a order by a.department), '[]') from (
                    select department,
                        count(*) filter (where decided_on is null) as pending,
                        count(*) filter (where overdue) as overdue,
                        count(*) filter (where decided_on is not null) as decided,
                        count(*) filter (where decided_on > due_on) as "decidedLate",
                        percentile_cont(0.5) within group (order by days) as "medianDays",
                        percentile_cont(0.9) within group (order by days) as "p90Days"
                        from asked group by department) a),
            'overdueApprovals', (
                select coalesce(json_agg(a order by a."dueOn", a.approval), '[]') from (
                    select project_id as project, id as approval, title, authority, department,
                        requested_on as "requestedOn", due_on as "dueOn",
                        p_today - due_on as "daysLate"
                        from asked where overdue order by due_on limit 100) a),
            'interventions', (
                select coalesce(json_agg(t order by t.category, t.resolved desc, t.kind), '[]') from (
                    select against as category, kind, count(*) as tried,
                        count(*) filter (where resolved) as resolved,
                        count(*) filter (where not resolved and outcome = 'helped') as helped,
                        percentile_cont(0.5) within group (order by days_to_resolve)
                            filter (where resolved) as "medianDaysToResolve"
                        from tried group by against, kind) t),
            'trend', (
                select coalesce(json_agg(m order by m.month), '[]') from (
                    select to_char(months.month, 'YYYY-MM') as month,
                        (select count(*) from chosen
                            where date_trunc('month', raised_on) = months.month) as raised,
                        (select count(*) from chosen where status <> 'open'
                            and date_trunc('month', closed_on) = months.month) as closed,
                        (select count(*) from chosen
                            where raised_on < months.month + interval '1 month'
                                and (closed_on is null
                                    or closed_on >= months.month + interval '1 month')) as "open"
                        from generate_series(
                            date_trunc('month', greatest(
                                coalesce(p_from, (select min(raised_on) from chosen)),
                                p_today - 1826)::timestamp),
                            date_trunc('month', coalesce(p_until, p_today)::timestamp),
                            interval '1 month') as months (month)) m),
            'carriedBy', case when p_audience = 1 then (
                select coalesce(json_agg(l order by l.people, l.departments, l.title), '[]') from (
                    select p.project_id as project, p.title, p.sector,
                        cardinality(p.carriers) as people,
                        d.departments,
                        cardinality(p.carriers) <= 1 or d.departments <= 1 as lonely
                        from obstacles.project p
                        cross join lateral (
                            select count(distinct department)::integer as departments
                                from unnest(p.departments) as n (department)) d
                        where p.tenant_id = p_tenant and p.audience = p_audience and p.open
                            and (p_sector is null or p.sector = p_sector)
                            and (p_department is null or p.department = p_department)
                        order by 4, 5, 2 limit 100) l) end
        )
    );
end
$$;
