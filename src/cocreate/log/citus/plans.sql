-- The statements by which no function is planned before it is known whose tables it is to go to.

select p.proname, format('alter function %s set plan_cache_mode = force_custom_plan', p.oid::regprocedure)
    from pg_proc p
    where 'plan_cache_mode=force_generic_plan' = any(p.proconfig)
