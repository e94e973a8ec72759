-- With what `canopy verify` proves the row of a run itself; the digests of all other rows stand in the record.

alter table run
  -- Of the text of run.json.
  add column record_sha256  text check (record_sha256 ~ '^[0-9a-f]{64}$'),
  -- Of id and saved_at: nothing else says when a run was saved.
  add column saved_sha256   text check (saved_sha256 ~ '^[0-9a-f]{64}$');
