-- The last statement before the commit: no call is under way while the tools are exchanged. A call that takes long is
-- not waited for: after half a second everybody goes on, and this comes again.
do $$
begin
  set local lock_timeout = '500ms';
  for attempt in 1 .. 100 loop
    begin
      perform voygen.hold_calls();
      return;
    exception when lock_not_available then
      perform pg_sleep(0.2);
    end;
  end loop;
  raise exception 'calls that take long kept the tools from being exchanged'
    using errcode = 'lock_not_available', hint = 'The tools of before stand. Run it again when less is going on.';
end
$$;
