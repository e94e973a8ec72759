-- Change over time. All of it is bound to the run, and to the parcel version that the run measured.

alter table parcel_result
  add column cover_se_pct           double precision,
  add column change_finding         text check (change_finding in ('loss', 'loss_and_regrowth', 'gain', 'burnt_and_recovered', 'no_change')),
  add column change_confidence      text check (change_confidence in ('high', 'medium', 'low')),
  add column change_detected        date,
  add column change_after           date,
  add column change_before          date,
  add column recovered_on           date,
  add column change_magnitude       double precision,
  add column change_magnitude_se    double precision,
  add column history_start          date,
  add column n_history              integer,
  add column n_monitored            integer,
  add column n_outliers             integer,
  add column n_burnt                integer,
  add column passing_after          date,
  add column passing_before         date,
  add column passing_back           date,
  add column passing_magnitude      double precision,
  add column min_detectable_change  double precision,
  add column edge_fraction          double precision,
  add column misregistration_ndvi   double precision,
  add column control_count          integer,
  add column control_did            double precision,
  add column control_did_low        double precision,
  add column control_did_high       double precision,
  add column control_slope          double precision,
  add column control_z              double precision,
  add column change_reason          text,
  add column change_sentence        text;

create table parcel_year (
  run_id          text not null references run (id) on delete cascade,
  parcel_version  text not null,
  parcel_id       text not null,
  year            integer not null,
  parcel_ha       double precision not null,
  stable_ha       double precision not null,
  loss_ha         double precision not null,
  loss_ha_se      double precision,
  lost_before_ha  double precision not null,
  burnt_ha        double precision,
  burnt_ha_se     double precision,
  gain_ha         double precision not null,
  gain_ha_se      double precision,
  regrown_ha      double precision not null,
  regrown_ha_se   double precision,
  no_data_ha      double precision not null,
  area_se         text not null,
  sentence        text not null,
  primary key (run_id, parcel_id, year),
  foreign key (parcel_id, parcel_version) references parcel (id, version)
);

create table parcel_series (
  run_id          text not null references run (id) on delete cascade,
  parcel_version  text not null,
  parcel_id       text not null,
  datetime        timestamptz not null,
  scene_id        text not null,
  ndvi_mean       double precision not null,
  nbr_mean        double precision,
  state           text not null check (state in ('used', 'outlier', 'burnt', 'not_used')),
  season_ndvi     double precision,
  season_low      double precision,
  season_high     double precision,
  control_ndvi    double precision,
  control_low     double precision,
  control_high    double precision,
  control_count   integer not null,
  primary key (run_id, parcel_id, scene_id),
  foreign key (parcel_id, parcel_version) references parcel (id, version)
);

create table control_area (
  run_id          text not null references run (id) on delete cascade,
  parcel_version  text not null,
  parcel_id       text not null,
  control_id      text not null,
  weight          double precision not null,
  distance        double precision not null,
  past_ndvi       double precision not null,
  recent_ndvi     double precision not null,
  past_slope      double precision not null,
  primary key (run_id, parcel_id, control_id),
  foreign key (parcel_id, parcel_version) references parcel (id, version)
);

create table control_balance (
  run_id       text not null references run (id) on delete cascade,
  covariate    text not null,
  smd_pool     double precision,
  smd_matched  double precision,
  within       text not null check (within in ('yes', 'no')),
  primary key (run_id, covariate)
);

create table parcel_month (
  run_id          text not null references run (id) on delete cascade,
  parcel_version  text not null,
  parcel_id       text not null,
  year            integer not null,
  month           integer not null check (month between 1 and 12),
  n_acquisitions  integer not null,
  n_clear         integer not null,
  primary key (run_id, parcel_id, year, month),
  foreign key (parcel_id, parcel_version) references parcel (id, version)
);
