-- Statistics of a municipality per year: what happened, and how long it took.

create table session (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    sector text not null,
    work_form text not null,
    held_on date not null,
    invited integer,
    attended integer
);

call cocreate.keep_versions('session');

-- What happened, one row for each thing and measure: the day it counts for, how much it counts, and
-- how many days it took.
create function facts(p_tenant text, p_audience smallint, p_position bigint, p_sector text)
    returns table (measure text, happened_on date, amount bigint, days integer)
    language sql stable
begin atomic
    select m.measure, m.happened_on, m.amount, m.days
        from project_known p
        cross join lateral (values
            ('started', p.since, 1::bigint, null::integer),
            ('completed', case when p.status = 'completed' then p.closed_on end, 1, null),
            ('stopped', case when p.status = 'stopped' then p.closed_on end, 1, null))
            as m (measure, happened_on, amount, days)
        where p.tenant_id = p_tenant and p.audience = p_audience and p.known_from <= p_position
            and p.known_until > p_position and (p_sector is null or p.sector = p_sector)
    union all
    select m.measure, s.held_on, m.amount, null
        from session_known s
        cross join lateral (values ('session', 1::bigint), ('attended', s.attended::bigint))
            as m (measure, amount)
        where s.tenant_id = p_tenant and s.audience = p_audience and s.known_from <= p_position
            and s.known_until > p_position and (p_sector is null or s.sector = p_sector)
    union all
    select m.measure, m.happened_on, m.amount, m.days
        from wish_known w
        cross join lateral (values
            ('wish', w.expressed_on, 1::bigint, null::integer),
            ('answered', w.answered_on, 1, w.answered_on - w.expressed_on))
            as m (measure, happened_on, amount, days)
        where w.tenant_id = p_tenant and w.audience = p_audience and w.known_from <= p_position
            and w.known_until > p_position and (p_sector is null or w.sector = p_sector)
            and w.status <> 'merged'
    union all
    select 'supporters', w.expressed_on, s.supporters, null
        from support_known s
        join wish_known w on w.tenant_id = p_tenant and w.project_id = s.project_id
            and w.id = s.id and w.audience = p_audience and w.known_from <= p_position
            and w.known_until > p_position
        where s.tenant_id = p_tenant and s.audience = p_audience and s.known_from <= p_position
            and s.known_until > p_position and (p_sector is null or w.sector = p_sector)
            and w.status <> 'merged'
    union all
    select m.measure, d.decided_on, m.amount, null
        from decision_known d
        cross join lateral (values
            ('decision', 1::bigint), ('adopted', d.adopted), ('changed', d.changed),
            ('rejected', d.rejected), ('deferred', d.deferred)) as m (measure, amount)
        where d.tenant_id = p_tenant and d.audience = p_audience and d.known_from <= p_position
            and d.known_until > p_position and (p_sector is null or d.sector = p_sector)
    union all
    select m.measure, m.happened_on, 1, m.days
        from deviation_known d
        cross join lateral (values
            ('deviation', d.recorded_on, null::integer),
            ('motivated', case when d.motivated_on is not null then d.recorded_on end, null),
            ('fed back', case when d.fed_back_on is not null then d.recorded_on end, null),
            ('contested', case when d.contests > 0 then d.recorded_on end, null),
            ('feedback', d.fed_back_on, d.fed_back_on - d.recorded_on))
            as m (measure, happened_on, days)
        where d.tenant_id = p_tenant and d.audience = p_audience and d.known_from <= p_position
            and d.known_until > p_position and (p_sector is null or d.sector = p_sector)
    union all
    select m.measure, m.happened_on, 1, m.days
        from approval_known a
        cross join lateral (values
            ('requested', a.requested_on, null::integer),
            ('approved or not', a.decided_on, a.decided_on - a.requested_on),
            ('late', case when a.decided_on > a.due_on then a.decided_on end, null))
            as m (measure, happened_on, days)
        where a.tenant_id = p_tenant and a.audience = p_audience and a.known_from <= p_position
            and a.known_until > p_position and (p_sector is null or a.sector = p_sector)
    union all
    select m.measure, m.happened_on, 1, m.days
        from obstacle_known o
        cross join lateral (values
            ('raised', o.raised_on, null::integer),
            ('closed', o.closed_on, o.closed_on - o.raised_on)) as m (measure, happened_on, days)
        where o.tenant_id = p_tenant and o.audience = p_audience and o.known_from <= p_position
            and o.known_until > p_position and (p_sector is null or o.sector = p_sector)
    union all
    select m.measure, m.happened_on, 1, null
        from intervention_known i
        cross join lateral (values
            ('tried', i.tried_on),
            ('resolved', case when i.resolved_on is not null then i.tried_on end))
            as m (measure, happened_on)
        where i.tenant_id = p_tenant and i.audience = p_audience and i.known_from <= p_position
            and i.known_until > p_position and (p_sector is null or i.sector = p_sector)
    union all
    select m.measure, m.happened_on, 1, null
        from commitment_known c
        cross join lateral (values
            ('made', c.made_on),
            ('kept', case when c.status = 'fulfilled' then c.ended_on end),
            ('kept late', case when c.status = 'fulfilled' and c.ended_on > c.due_on
                then c.ended_on end),
            ('broken', case when c.status = 'broken' then c.ended_on end))
            as m (measure, happened_on)
        where c.tenant_id = p_tenant and c.audience = p_audience and c.known_from <= p_position
            and c.known_until > p_position and (p_sector is null or c.sector = p_sector);
end;

create function list_years(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, "year" integer, projects_started bigint, projects_completed bigint,
        projects_stopped bigint, sessions bigint, attended bigint, wishes bigint,
        supporters bigint, wishes_answered bigint, median_days_to_answer double precision,
        decisions bigint, adopted bigint, changed bigint, rejected bigint, deferred bigint,
        deviations bigint, motivated bigint, fed_back bigint, contested bigint,
        median_days_to_feedback double precision, approvals_requested bigint,
        approvals_decided bigint, approvals_late bigint, median_lead_days double precision,
        obstacles_raised bigint, obstacles_closed bigint, median_obstacle_days double precision,
        interventions bigint, interventions_that_resolved bigint, commitments_made bigint,
        commitments_kept bigint, commitments_kept_late bigint, commitments_broken bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        with f as (
            select extract(year from f.happened_on)::integer as y, f.measure,
                sum(f.amount)::bigint as amount,
                percentile_cont(0.5) within group (order by f.days) as median
                from facts(p_tenant, p_audience, p_position, p_filter ->> 'sector') f
                where f.happened_on is not null
                group by 1, 2
        ),
        g as (
            select f.y, jsonb_object_agg(f.measure, f.amount) as n,
                jsonb_object_agg(f.measure, f.median) as m
                from f
                where p_filter ->> 'year' is null or f.y = (p_filter ->> 'year')::integer
                group by f.y
        )
        select jsonb_build_array(g.y), g.y, n.started, n.completed, n.stopped, n.session,
            n.attended, n.wish, n.supporters, n.answered, (g.m ->> 'answered')::double precision,
            n.decision, n.adopted, n.changed, n.rejected, n.deferred, n.deviation, n.motivated,
            n."fed back", n.contested, (g.m ->> 'feedback')::double precision, n.requested,
            n."approved or not", n.late, (g.m ->> 'approved or not')::double precision, n.raised,
            n.closed, (g.m ->> 'closed')::double precision, n.tried, n.resolved, n.made, n.kept,
            n."kept late", n.broken
            from g
            cross join lateral jsonb_to_record(
                '{"started": 0, "completed": 0, "stopped": 0, "session": 0, "attended": 0,
                "wish": 0, "supporters": 0, "answered": 0, "decision": 0, "adopted": 0,
                "changed": 0, "rejected": 0, "deferred": 0, "deviation": 0, "motivated": 0,
                "fed back": 0, "contested": 0, "requested": 0, "approved or not": 0, "late": 0,
                "raised": 0, "closed": 0, "tried": 0, "resolved": 0, "made": 0, "kept": 0,
                "kept late": 0, "broken": 0}'::jsonb || jsonb_strip_nulls(g.n))
                as n (started bigint, completed bigint, stopped bigint, session bigint,
                    attended bigint, wish bigint, supporters bigint, answered bigint,
                    decision bigint, adopted bigint, changed bigint, rejected bigint,
                    deferred bigint, deviation bigint, motivated bigint, "fed back" bigint,
                    contested bigint, requested bigint, "approved or not" bigint, late bigint,
                    raised bigint, closed bigint, tried bigint, resolved bigint, made bigint,
                    kept bigint, "kept late" bigint, broken bigint)
            where p_after is null or g.y > (p_after ->> 0)::integer
            order by g.y
            limit p_limit;
end
$$;
