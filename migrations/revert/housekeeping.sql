-- Revert voygen:housekeeping from pg
begin;

drop function voygen.job_runs(integer);
drop procedure voygen.volumes_job();
drop procedure voygen.count_volumes(bigint);
drop procedure voygen.retention_job();
drop procedure voygen.retain_marks();
drop procedure voygen.retain_agency(bigint);
drop function voygen.retention_days(jsonb, text);

commit;
