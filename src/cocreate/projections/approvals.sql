-- The approval board: who has to give permission, since when, by which day, and how long it takes.

create table approval (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    kind text not null,
    title text not null,
    authority text not null,
    department text,
    procedure text not null,
    status text not null,
    needed_for text[] not null,
    requested_on date not null,
    first_due_on date,
    due_on date,
    decided_on date,
    withdrawn_on date,
    suspended_since date,
    suspended_until date,
    suspensions integer not null,
    extensions integer not null,
    notice_on date,
    penalty_from date,
    reference text,
    source text,
    "position" bigint not null
);

call cocreate.keep_versions('approval');

-- An approval with what it comes to on a day: each is pending, suspended, decided or withdrawn. What
-- was withdrawn got no answer, so it is neither decided nor late.
create view approval_today with (security_invoker = true) as
    select a.*, t.today, c.closed_on, c.closed_on is null and not s.suspended as pending,
        c.closed_on is null and s.suspended as suspended,
        c.closed_on is null and a.due_on < t.today is true as overdue,
        a.decided_on > a.due_on is true as late,
        coalesce(c.closed_on, t.today) - a.requested_on as lead_days,
        a.decided_on - a.requested_on as answer_days
        from approval_known a
        cross join lateral (
            select nullif(current_setting('cocreate.today', true), '')::date as today) t
        cross join lateral (select coalesce(a.decided_on, a.withdrawn_on) as closed_on) c
        cross join lateral (
            select (a.suspended_since < t.today
                and (a.suspended_until is null or a.suspended_until >= t.today)) is true
                as suspended) s;

grant select on approval_today to cocreate_app, cocreate_projector;

-- The approvals that are known at a position and that a filter leaves. Inlined where it is used.
create function asked(p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb)
    returns setof approval_today
    language sql stable
begin atomic
    select a.* from approval_today a
        where a.tenant_id = p_tenant and a.audience = p_audience
            and a.known_from <= p_position and a.known_until > p_position
            and (p_filter ->> 'project' is null or a.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'sector' is null or a.sector = p_filter ->> 'sector')
            and (p_filter ->> 'kind' is null or a.kind = p_filter ->> 'kind')
            and (p_filter ->> 'authority' is null or a.authority = p_filter ->> 'authority')
            and (p_filter ->> 'department' is null or a.department = p_filter ->> 'department')
            and (p_filter ->> 'status' is null or a.status = p_filter ->> 'status')
            and (p_filter ->> 'overdue' is null
                or a.overdue = (p_filter ->> 'overdue')::boolean)
            and (p_filter ->> 'untilDate' is null
                or a.requested_on <= (p_filter ->> 'untilDate')::date)
            and (p_filter ->> 'fromDate' is null
                or coalesce(a.closed_on, a.today) >= (p_filter ->> 'fromDate')::date);
end;

create function list_approvals(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, approval text, kind text, title text,
        authority text, department text, procedure text, status text, sector text,
        needed_for text[], requested_on date, first_due_on date, due_on date, decided_on date,
        withdrawn_on date, lead_days integer, days_late integer, days_left integer, suspended boolean,
        suspensions integer, extensions integer, notice_on date, penalty_from date,
        reference text, source text, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform set_config('cocreate.today', p_today::text, true);
    return query
        select jsonb_build_array(a.closed_on is not null, o.due, a.project_id, a.id),
            a.project_id, a.project_title, a.id, a.kind, a.title, a.authority, a.department,
            a.procedure, a.status, a.sector, a.needed_for, a.requested_on, a.first_due_on,
            a.due_on, a.decided_on, a.withdrawn_on, a.lead_days,
            case when a.late or a.overdue
                then coalesce(a.decided_on, p_today) - a.due_on end,
            case when a.closed_on is null and a.due_on >= p_today then a.due_on - p_today end,
            a.suspended, a.suspensions, a.extensions, a.notice_on,
            a.penalty_from, a.reference, a.source, a.position
            from asked(p_tenant, p_audience, p_position, p_filter) a
            cross join lateral (select coalesce(a.due_on, 'infinity'::date) as due) o
            where p_after is null
                or (a.closed_on is not null, o.due, a.project_id, a.id) > (
                    (p_after ->> 0)::boolean, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                    p_after ->> 3)
            order by a.closed_on is not null, o.due, a.project_id, a.id
            limit p_limit;
end
$$;

create function read_board(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform set_config('cocreate.today', p_today::text, true);
    return (
        with a as materialized (
            select * from asked(p_tenant, p_audience, p_position, p_filter)
        ),
        counted as (
            select g.by, g.authority, g.code,
                count(*) filter (where a.pending) as pending,
                count(*) filter (where a.suspended) as suspended,
                count(*) filter (where a.overdue) as overdue,
                count(a.decided_on) as decided,
                count(*) filter (where a.late) as late,
                count(*) filter (where a.status = 'refused') as refused,
                count(a.withdrawn_on) as withdrawn,
                json_build_object(
                    'decided', count(a.answer_days),
                    'mean', avg(a.answer_days),
                    'median', percentile_cont(0.5) within group (order by a.answer_days),
                    'p90', percentile_cont(0.9) within group (order by a.answer_days),
                    'longest', max(a.answer_days),
                    'withinWeek', count(*) filter (where a.answer_days <= 7),
                    'withinTwoWeeks', count(*) filter (where a.answer_days between 8 and 14),
                    'withinFourWeeks', count(*) filter (where a.answer_days between 15 and 28),
                    'withinEightWeeks', count(*) filter (where a.answer_days between 29 and 56),
                    'withinSixteenWeeks', count(*) filter (where a.answer_days between 57 and 112),
                    'longer', count(*) filter (where a.answer_days > 112)) as lead_days
                from a
                cross join lateral (
                    values ('all', null, null), ('authority', null, a.authority),
                        ('kind', null, a.kind), ('department', null, a.department),
                        ('both', a.authority, a.kind)) as g (by, authority, code)
                group by g.by, g.authority, g.code
        ),
        told as (
            select c.by, c.overdue, c.pending, c.authority, c.code, jsonb_build_object(
                'code', c.code, 'pending', c.pending, 'suspended', c.suspended,
                'overdue', c.overdue, 'decided', c.decided, 'decidedLate', c.late,
                'refused', c.refused, 'withdrawn', c.withdrawn, 'leadDays', c.lead_days) as told
                from counted c
        )
        select json_build_object(
            'all', coalesce(
                (select t.told from told t where t.by = 'all'),
                '{"code": null, "pending": 0, "suspended": 0, "overdue": 0, "decided": 0,
                "decidedLate": 0, "refused": 0, "withdrawn": 0, "leadDays": {"decided": 0,
                "mean": null, "median": null, "p90": null, "longest": null, "withinWeek": 0,
                "withinTwoWeeks": 0, "withinFourWeeks": 0, "withinEightWeeks": 0,
                "withinSixteenWeeks": 0, "longer": 0}}'::jsonb),
            'byAuthority', coalesce((
                select json_agg(t.told order by t.overdue desc, t.pending desc, t.code)
                    from told t where t.by = 'authority'), '[]'),
            'byKind', coalesce((
                select json_agg(t.told order by t.overdue desc, t.pending desc, t.code)
                    from told t where t.by = 'kind'), '[]'),
            'byDepartment', coalesce((
                select json_agg(t.told order by t.code nulls last)
                    from told t where t.by = 'department'), '[]'),
            'byAuthorityAndKind', coalesce((
                select json_agg(
                    t.told || jsonb_build_object('authority', t.authority)
                    order by t.authority, t.code)
                    from told t where t.by = 'both'), '[]'),
            'overdue', coalesce((
                select json_agg(o order by o."dueOn", o.project, o.approval) from (
                    select a.project_id as project, a.project_title as "projectTitle",
                        a.id as approval, a.title, a.kind, a.authority, a.department,
                        a.requested_on as "requestedOn", a.due_on as "dueOn",
                        p_today - a.due_on as "daysLate"
                        from a where a.overdue
                        order by a.due_on, a.project_id, a.id limit 100) o), '[]'))
    );
end
$$;
