-- Statistics of a municipality per year: what happened, and how long it took. They rest on the wish
-- register for who stands behind wishes.

-- What an account counts for: in which year, how much, and how many days it took.
create table fact (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    sector text not null,
    "year" integer not null,
    measure text not null,
    days integer,
    number integer not null
);

call cocreate.keep_versions('fact');
call cocreate.keep_sums(
    'fact_sum', 'fact', 'select r.sector, r.year, r.measure, r.days, r.number::bigint as number');

create function list_years(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, "year" integer, projects_started bigint, projects_completed bigint,
        projects_stopped bigint, sessions bigint, attended bigint, wishes bigint,
        supporters bigint, wishes_answered bigint, median_days_to_answer double precision,
        decisions bigint, adopted bigint, adopted_with_changes bigint, rejected bigint,
        deferred bigint, deviations bigint, deviations_motivated bigint,
        deviations_fed_back bigint, deviations_contested bigint,
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
        with counted as materialized (
            select f.year, f.measure, f.days, sum(f.number)::bigint as number
                from (
                    select s.sector, s.year, s.measure, s.days, s.number
                        from fact_sums(p_tenant, p_audience, p_position) s
                    union all
                    select s.of_sector, s.of_year, 'supporters', null, s.number
                        from support_sums(p_tenant, p_audience, p_position) s
                        where s.of_year is not null) f
                where (p_filter ->> 'sector' is null or f.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'year' is null
                        or f.year = (p_filter ->> 'year')::integer)
                group by 1, 2, 3
                having sum(f.number) <> 0
        ),
        ranked as (
            select c.year, c.measure, c.days,
                sum(c.number) over (partition by c.year, c.measure order by c.days) as up_to,
                sum(c.number) over (partition by c.year, c.measure) as number
                from counted c where c.days is not null
        ),
        -- The middle of all days, or that between the two in the middle.
        medians as (
            select r.year, r.measure,
                (min(r.days) filter (where r.up_to > div(r.number - 1, 2))
                    + min(r.days) filter (where r.up_to > div(r.number, 2)))
                    / 2.0::double precision as days
                from ranked r group by 1, 2
        ),
        told as (
            select c.year, jsonb_object_agg(c.measure, c.number) as n
                from (
                    select c.year, c.measure, sum(c.number) as number from counted c group by 1, 2) c
                group by 1
        )
        select jsonb_build_array(t.year), t.year, n.projects_started, n.projects_completed,
            n.projects_stopped, n.sessions, n.attended, n.wishes, n.supporters, n.wishes_answered,
            (m.of ->> 'wishes_answered')::double precision, n.decisions, n.adopted,
            n.adopted_with_changes, n.rejected, n.deferred, n.deviations, n.deviations_motivated,
            n.deviations_fed_back, n.deviations_contested,
            (m.of ->> 'feedback')::double precision, n.approvals_requested, n.approvals_decided,
            n.approvals_late, (m.of ->> 'approvals_decided')::double precision,
            n.obstacles_raised, n.obstacles_closed,
            (m.of ->> 'obstacles_closed')::double precision, n.interventions,
            n.interventions_that_resolved, n.commitments_made, n.commitments_kept,
            n.commitments_kept_late, n.commitments_broken
            from told t
            cross join lateral (
                select jsonb_object_agg(m.measure, m.days) as of from medians m
                    where m.year = t.year) m
            cross join lateral jsonb_to_record(
                '{"projects_started": 0, "projects_completed": 0, "projects_stopped": 0,
                "sessions": 0, "attended": 0, "wishes": 0, "supporters": 0, "wishes_answered": 0,
                "decisions": 0, "adopted": 0, "adopted_with_changes": 0, "rejected": 0,
                "deferred": 0, "deviations": 0, "deviations_motivated": 0,
                "deviations_fed_back": 0, "deviations_contested": 0, "approvals_requested": 0,
                "approvals_decided": 0, "approvals_late": 0, "obstacles_raised": 0,
                "obstacles_closed": 0, "interventions": 0, "interventions_that_resolved": 0,
                "commitments_made": 0, "commitments_kept": 0, "commitments_kept_late": 0,
                "commitments_broken": 0}'::jsonb || t.n)
                as n (projects_started bigint, projects_completed bigint, projects_stopped bigint,
                    sessions bigint, attended bigint, wishes bigint, supporters bigint,
                    wishes_answered bigint, decisions bigint, adopted bigint,
                    adopted_with_changes bigint, rejected bigint, deferred bigint,
                    deviations bigint, deviations_motivated bigint, deviations_fed_back bigint,
                    deviations_contested bigint, approvals_requested bigint,
                    approvals_decided bigint, approvals_late bigint, obstacles_raised bigint,
                    obstacles_closed bigint, interventions bigint,
                    interventions_that_resolved bigint, commitments_made bigint,
                    commitments_kept bigint, commitments_kept_late bigint,
                    commitments_broken bigint)
            where p_after is null or t.year > (p_after ->> 0)::integer
            order by t.year
            limit p_limit;
end
$$;
