-- With what `canopy verify` proves the row of a run itself; the digests of all other rows stand in the record.

alter table run
  -- Of the text of run.json.
  add column record_sha256  text check (record_sha256 ~ '^[0-9a-f]{64}$'),
  -- Of id and saved_at: nothing else says when a run was saved.
  add column saved_sha256   text check (saved_sha256 ~ '^[0-9a-f]{64}$');

-- A refused feature may have the id of a parcel that was measured, as where it has none and is called by its row. The
-- parcel has a version, the refused one has none.
alter table parcel_result drop constraint parcel_result_pkey;
create unique index parcel_result_measured on parcel_result (run_id, parcel_id) where parcel_version is not null;
create index parcel_result_of_run on parcel_result (run_id, parcel_id);
