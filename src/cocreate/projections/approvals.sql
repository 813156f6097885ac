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

create index approval_in_order on approval (
    tenant_id, audience, (coalesce(decided_on, withdrawn_on) is not null),
    coalesce(due_on, 'infinity'::date), project_id, id);

-- What an approval is counted among.
create function approval_groups(p_authority text, p_kind text, p_department text)
    returns table (kind text, authority text, code text)
    language sql immutable
begin atomic
    values ('all', null, null), ('authority', null, p_authority), ('kind', null, p_kind),
        ('department', null, p_department), ('both', p_authority, p_kind);
end;

-- Of those that are closed, how they ended; of the others, the days on which their standing turns.
call cocreate.keep_sums('approval_sum', 'approval', $$
    select g.kind, g.authority, g.code, o.status, r.decided_on > r.due_on is true as late,
        r.decided_on - r.requested_on as days, o.due_on, o.suspended_since, o.suspended_until,
        1::bigint as number
        from approval_groups(r.authority, r.kind, r.department) g
        cross join lateral (
            select case when c.closed then r.status end as status,
                case when not c.closed then r.due_on end as due_on,
                case when not c.closed then r.suspended_since end as suspended_since,
                case when not c.closed then r.suspended_until end as suspended_until
                from (
                    select coalesce(r.decided_on, r.withdrawn_on) is not null as closed) c) o
$$);

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

-- The first of the approvals past the last day of their term, the latest of all before the others.
create function overdue_approvals(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_limit integer)
    returns setof approval_today
    language sql stable
begin atomic
    select a.* from asked(p_tenant, p_audience, p_position, p_filter) a
        where (coalesce(a.decided_on, a.withdrawn_on) is not null) = false
            and coalesce(a.due_on, 'infinity'::date) < p_today
        order by coalesce(a.due_on, 'infinity'::date), a.project_id, a.id
        limit p_limit;
end;

-- How many approvals stand how, of each that they are counted among, and how many took how many days:
-- from the sums, or where a filter narrows them, from the approvals that are left.
create function counted_approvals(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns table (
        kind text, authority text, code text, pending numeric, suspended numeric, overdue numeric,
        decided numeric, late numeric, refused numeric, withdrawn numeric, days integer[],
        numbers bigint[])
    language sql stable
begin atomic
    select s.kind, s.authority, s.code,
        coalesce(sum(s.number) filter (where s.status is null and not t.suspended), 0),
        coalesce(sum(s.number) filter (where s.status is null and t.suspended), 0),
        coalesce(sum(s.number) filter (where s.status is null and s.due_on < p_today), 0),
        coalesce(sum(s.number) filter (where s.days is not null), 0),
        coalesce(sum(s.number) filter (where s.late), 0),
        coalesce(sum(s.number) filter (where s.status = 'refused'), 0),
        coalesce(sum(s.number) filter (where s.status = 'withdrawn'), 0),
        array_agg(s.days) filter (where s.days is not null),
        array_agg(s.number) filter (where s.days is not null)
        from (
            select s.* from approval_sums(p_tenant, p_audience, p_position) s
                where p_filter = '{}'
            union all
            select g.kind, g.authority, g.code, case when a.closed_on is not null then a.status end,
                a.late, a.answer_days, a.due_on, a.suspended_since, a.suspended_until, 1
                from asked(p_tenant, p_audience, p_position, p_filter) a
                cross join lateral approval_groups(a.authority, a.kind, a.department) g
                where p_filter <> '{}') s
        cross join lateral (
            select (s.suspended_since < p_today
                and (s.suspended_until is null or s.suspended_until >= p_today)) is true
                as suspended) t
        group by s.kind, s.authority, s.code
        having sum(s.number) <> 0;
end;

create function read_board(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform set_config('cocreate.today', p_today::text, true);
    return (
        with told as materialized (
            select c.kind, c.overdue, c.pending, c.authority, c.code, jsonb_build_object(
                'code', c.code, 'pending', c.pending, 'suspended', c.suspended,
                'overdue', c.overdue, 'decided', c.decided, 'decidedLate', c.late,
                'refused', c.refused, 'withdrawn', c.withdrawn,
                'leadDays', jsonb_build_object(
                    'decided', s.number, 'mean', s.mean, 'median', s.median, 'p90', s.p90,
                    'longest', s.longest, 'withinWeek', w.one, 'withinTwoWeeks', w.two,
                    'withinFourWeeks', w.four, 'withinEightWeeks', w.eight,
                    'withinSixteenWeeks', w.sixteen, 'longer', w.longer)) as told
                from counted_approvals(p_tenant, p_audience, p_position, p_today, p_filter) c
                cross join lateral cocreate.spread(c.days, c.numbers) s
                cross join lateral (
                    select coalesce(sum(d.number) filter (where d.days <= 7), 0) as one,
                        coalesce(sum(d.number) filter (where d.days between 8 and 14), 0) as two,
                        coalesce(sum(d.number) filter (where d.days between 15 and 28), 0) as four,
                        coalesce(sum(d.number) filter (where d.days between 29 and 56), 0) as eight,
                        coalesce(sum(d.number) filter (where d.days between 57 and 112), 0)
                            as sixteen,
                        coalesce(sum(d.number) filter (where d.days > 112), 0) as longer
                        from unnest(c.days, c.numbers) as d (days, number)) w
        )
        select json_build_object(
            'all', coalesce(
                (select t.told from told t where t.kind = 'all'),
                '{"code": null, "pending": 0, "suspended": 0, "overdue": 0, "decided": 0,
                "decidedLate": 0, "refused": 0, "withdrawn": 0, "leadDays": {"decided": 0,
                "mean": null, "median": null, "p90": null, "longest": null, "withinWeek": 0,
                "withinTwoWeeks": 0, "withinFourWeeks": 0, "withinEightWeeks": 0,
                "withinSixteenWeeks": 0, "longer": 0}}'::jsonb),
            'byAuthority', coalesce((
                select json_agg(t.told order by t.overdue desc, t.pending desc, t.code)
                    from told t where t.kind = 'authority'), '[]'),
            'byKind', coalesce((
                select json_agg(t.told order by t.overdue desc, t.pending desc, t.code)
                    from told t where t.kind = 'kind'), '[]'),
            'byDepartment', coalesce((
                select json_agg(t.told order by t.code nulls last)
                    from told t where t.kind = 'department'), '[]'),
            'byAuthorityAndKind', coalesce((
                select json_agg(
                    t.told || jsonb_build_object('authority', t.authority)
                    order by t.authority, t.code)
                    from told t where t.kind = 'both'), '[]'),
            'overdue', coalesce((
                select json_agg(o order by o."dueOn", o.project, o.approval) from (
                    select a.project_id as project, a.project_title as "projectTitle",
                        a.id as approval, a.title, a.kind, a.authority, a.department,
                        a.requested_on as "requestedOn", a.due_on as "dueOn",
                        p_today - a.due_on as "daysLate"
                        from overdue_approvals(
                            p_tenant, p_audience, p_position, p_today, p_filter, 100) a) o), '[]'))
    );
end
$$;
