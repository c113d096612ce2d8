CREATE TABLE ab_permission (
	id SERIAL NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	CONSTRAINT ab_permission_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_permission_name_uq UNIQUE (name)
)
;
CREATE TABLE ab_register_user (
	id SERIAL NOT NULL, 
	first_name VARCHAR(256) NOT NULL, 
	last_name VARCHAR(256) NOT NULL, 
	username VARCHAR(512) NOT NULL, 
	email VARCHAR(512) NOT NULL, 
	password VARCHAR(256), 
	registration_date TIMESTAMP WITHOUT TIME ZONE, 
	registration_hash VARCHAR(256), 
	CONSTRAINT ab_register_user_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_register_user_username_uq UNIQUE (username)
)
;
CREATE TABLE ab_role (
	id SERIAL NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	CONSTRAINT ab_role_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_role_name_uq UNIQUE (name)
)
;
CREATE TABLE ab_user (
	id SERIAL NOT NULL, 
	first_name VARCHAR(256) NOT NULL, 
	last_name VARCHAR(256) NOT NULL, 
	username VARCHAR(512) NOT NULL, 
	email VARCHAR(512) NOT NULL, 
	password VARCHAR(256), 
	active BOOLEAN, 
	last_login TIMESTAMP WITHOUT TIME ZONE, 
	login_count INTEGER, 
	fail_login_count INTEGER, 
	created_on TIMESTAMP WITHOUT TIME ZONE, 
	changed_on TIMESTAMP WITHOUT TIME ZONE, 
	created_by_fk INTEGER, 
	changed_by_fk INTEGER, 
	CONSTRAINT ab_user_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_user_changed_by_fk_fkey FOREIGN KEY(changed_by_fk) REFERENCES ab_user (id), 
	CONSTRAINT ab_user_created_by_fk_fkey FOREIGN KEY(created_by_fk) REFERENCES ab_user (id), 
	CONSTRAINT ab_user_email_uq UNIQUE (email), 
	CONSTRAINT ab_user_username_uq UNIQUE (username)
)
;
CREATE TABLE ab_view_menu (
	id SERIAL NOT NULL, 
	name VARCHAR(250) NOT NULL, 
	CONSTRAINT ab_view_menu_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_view_menu_name_uq UNIQUE (name)
)
;
CREATE TABLE callback_request (
	id SERIAL NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	priority_weight INTEGER NOT NULL, 
	callback_data JSON NOT NULL, 
	callback_type VARCHAR(20) NOT NULL, 
	processor_subdir VARCHAR(2000), 
	CONSTRAINT callback_request_pkey PRIMARY KEY (id)
)
;
CREATE TABLE connection (
	id SERIAL NOT NULL, 
	conn_id VARCHAR(250) NOT NULL, 
	conn_type VARCHAR(500) NOT NULL, 
	description TEXT, 
	host VARCHAR(500), 
	schema VARCHAR(500), 
	login VARCHAR(500), 
	password VARCHAR(5000), 
	port INTEGER, 
	is_encrypted BOOLEAN, 
	is_extra_encrypted BOOLEAN, 
	extra TEXT, 
	CONSTRAINT connection_pkey PRIMARY KEY (id), 
	CONSTRAINT connection_conn_id_uq UNIQUE (conn_id)
)
;
CREATE TABLE dag (
	dag_id VARCHAR(250) NOT NULL, 
	max_active_tasks INTEGER NOT NULL, 
	has_task_concurrency_limits BOOLEAN NOT NULL, 
	root_dag_id VARCHAR(250), 
	is_paused BOOLEAN, 
	is_subdag BOOLEAN, 
	is_active BOOLEAN, 
	last_parsed_time TIMESTAMP WITH TIME ZONE, 
	last_pickled TIMESTAMP WITH TIME ZONE, 
	last_expired TIMESTAMP WITH TIME ZONE, 
	scheduler_lock BOOLEAN, 
	pickle_id INTEGER, 
	fileloc VARCHAR(2000), 
	processor_subdir VARCHAR(2000), 
	owners VARCHAR(2000), 
	description TEXT, 
	default_view VARCHAR(25), 
	schedule_interval TEXT, 
	timetable_description VARCHAR(1000), 
	max_active_runs INTEGER, 
	has_import_errors BOOLEAN DEFAULT (false), 
	next_dagrun TIMESTAMP WITH TIME ZONE, 
	next_dagrun_data_interval_start TIMESTAMP WITH TIME ZONE, 
	next_dagrun_data_interval_end TIMESTAMP WITH TIME ZONE, 
	next_dagrun_create_after TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT dag_pkey PRIMARY KEY (dag_id)
)
;
CREATE INDEX idx_next_dagrun_create_after ON dag (next_dagrun_create_after)
;
CREATE INDEX idx_root_dag_id ON dag (root_dag_id)
;
CREATE TABLE dag_code (
	fileloc_hash BIGSERIAL NOT NULL, 
	fileloc VARCHAR(2000) NOT NULL, 
	last_updated TIMESTAMP WITH TIME ZONE NOT NULL, 
	source_code TEXT NOT NULL, 
	CONSTRAINT dag_code_pkey PRIMARY KEY (fileloc_hash)
)
;
CREATE TABLE dag_pickle (
	id SERIAL NOT NULL, 
	pickle BYTEA, 
	created_dttm TIMESTAMP WITH TIME ZONE, 
	pickle_hash BIGINT, 
	CONSTRAINT dag_pickle_pkey PRIMARY KEY (id)
)
;
CREATE TABLE dataset (
	id SERIAL NOT NULL, 
	uri VARCHAR(3000) NOT NULL, 
	extra JSON NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	is_orphaned BOOLEAN DEFAULT (false) NOT NULL, 
	CONSTRAINT dataset_pkey PRIMARY KEY (id)
)
;
CREATE UNIQUE INDEX idx_uri_unique ON dataset (uri)
;
CREATE TABLE dataset_event (
	id SERIAL NOT NULL, 
	dataset_id INTEGER NOT NULL, 
	extra JSON NOT NULL, 
	timestamp TIMESTAMP WITH TIME ZONE NOT NULL, 
	source_task_id VARCHAR(250), 
	source_dag_id VARCHAR(250), 
	source_run_id VARCHAR(250), 
	source_map_index INTEGER DEFAULT '-1', 
	CONSTRAINT dataset_event_pkey PRIMARY KEY (id)
)
;
CREATE INDEX idx_dataset_id_timestamp ON dataset_event (dataset_id, timestamp)
;
CREATE TABLE import_error (
	id SERIAL NOT NULL, 
	timestamp TIMESTAMP WITH TIME ZONE, 
	filename VARCHAR(1024), 
	stacktrace TEXT, 
	CONSTRAINT import_error_pkey PRIMARY KEY (id)
)
;
CREATE TABLE job (
	id SERIAL NOT NULL, 
	dag_id VARCHAR(250), 
	state VARCHAR(20), 
	job_type VARCHAR(30), 
	start_date TIMESTAMP WITH TIME ZONE, 
	end_date TIMESTAMP WITH TIME ZONE, 
	latest_heartbeat TIMESTAMP WITH TIME ZONE, 
	executor_class VARCHAR(500), 
	hostname VARCHAR(500), 
	unixname VARCHAR(1000), 
	CONSTRAINT job_pkey PRIMARY KEY (id)
)
;
CREATE INDEX idx_job_dag_id ON job (dag_id)
;
CREATE INDEX idx_job_state_heartbeat ON job (state, latest_heartbeat)
;
CREATE INDEX job_type_heart ON job (job_type, latest_heartbeat)
;
CREATE TABLE log (
	id SERIAL NOT NULL, 
	dttm TIMESTAMP WITH TIME ZONE, 
	dag_id VARCHAR(250), 
	task_id VARCHAR(250), 
	map_index INTEGER, 
	event VARCHAR(30), 
	execution_date TIMESTAMP WITH TIME ZONE, 
	owner VARCHAR(500), 
	extra TEXT, 
	CONSTRAINT log_pkey PRIMARY KEY (id)
)
;
CREATE INDEX idx_log_dag ON log (dag_id)
;
CREATE INDEX idx_log_dttm ON log (dttm)
;
CREATE INDEX idx_log_event ON log (event)
;
CREATE TABLE log_template (
	id SERIAL NOT NULL, 
	filename TEXT NOT NULL, 
	elasticsearch_id TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT log_template_pkey PRIMARY KEY (id)
)
;
CREATE TABLE serialized_dag (
	dag_id VARCHAR(250) NOT NULL, 
	fileloc VARCHAR(2000) NOT NULL, 
	fileloc_hash BIGINT NOT NULL, 
	last_updated TIMESTAMP WITH TIME ZONE NOT NULL, 
	dag_hash VARCHAR(32) NOT NULL, 
	data JSON, 
	data_compressed BYTEA, 
	processor_subdir VARCHAR(2000), 
	CONSTRAINT serialized_dag_pkey PRIMARY KEY (dag_id)
)
;
CREATE INDEX idx_fileloc_hash ON serialized_dag (fileloc_hash)
;
CREATE TABLE slot_pool (
	id SERIAL NOT NULL, 
	pool VARCHAR(256), 
	slots INTEGER, 
	description TEXT, 
	CONSTRAINT slot_pool_pkey PRIMARY KEY (id), 
	CONSTRAINT slot_pool_pool_uq UNIQUE (pool)
)
;
CREATE TABLE trigger (
	id SERIAL NOT NULL, 
	classpath VARCHAR(1000) NOT NULL, 
	kwargs JSON NOT NULL, 
	created_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	triggerer_id INTEGER, 
	CONSTRAINT trigger_pkey PRIMARY KEY (id)
)
;
CREATE TABLE variable (
	id SERIAL NOT NULL, 
	key VARCHAR(250), 
	val TEXT, 
	description TEXT, 
	is_encrypted BOOLEAN, 
	CONSTRAINT variable_pkey PRIMARY KEY (id), 
	CONSTRAINT variable_key_uq UNIQUE (key)
)
;
CREATE TABLE ab_permission_view (
	id SERIAL NOT NULL, 
	permission_id INTEGER, 
	view_menu_id INTEGER, 
	CONSTRAINT ab_permission_view_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_permission_view_permission_id_fkey FOREIGN KEY(permission_id) REFERENCES ab_permission (id), 
	CONSTRAINT ab_permission_view_view_menu_id_fkey FOREIGN KEY(view_menu_id) REFERENCES ab_view_menu (id), 
	CONSTRAINT ab_permission_view_permission_id_view_menu_id_uq UNIQUE (permission_id, view_menu_id)
)
;
CREATE TABLE ab_user_role (
	id SERIAL NOT NULL, 
	user_id INTEGER, 
	role_id INTEGER, 
	CONSTRAINT ab_user_role_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_user_role_role_id_fkey FOREIGN KEY(role_id) REFERENCES ab_role (id), 
	CONSTRAINT ab_user_role_user_id_fkey FOREIGN KEY(user_id) REFERENCES ab_user (id), 
	CONSTRAINT ab_user_role_user_id_role_id_uq UNIQUE (user_id, role_id)
)
;
CREATE TABLE dag_owner_attributes (
	dag_id VARCHAR(250) NOT NULL, 
	owner VARCHAR(500) NOT NULL, 
	link VARCHAR(500) NOT NULL, 
	CONSTRAINT dag_owner_attributes_pkey PRIMARY KEY (dag_id, owner), 
	CONSTRAINT "dag.dag_id" FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE TABLE dag_run (
	id SERIAL NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	execution_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	run_type VARCHAR(50) NOT NULL, 
	queued_at TIMESTAMP WITH TIME ZONE, 
	start_date TIMESTAMP WITH TIME ZONE, 
	end_date TIMESTAMP WITH TIME ZONE, 
	state VARCHAR(50), 
	creating_job_id INTEGER, 
	external_trigger BOOLEAN, 
	conf BYTEA, 
	data_interval_start TIMESTAMP WITH TIME ZONE, 
	data_interval_end TIMESTAMP WITH TIME ZONE, 
	last_scheduling_decision TIMESTAMP WITH TIME ZONE, 
	dag_hash VARCHAR(32), 
	log_template_id INTEGER, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT dag_run_pkey PRIMARY KEY (id), 
	CONSTRAINT task_instance_log_template_id_fkey FOREIGN KEY(log_template_id) REFERENCES log_template (id), 
	CONSTRAINT dag_run_dag_id_execution_date_key UNIQUE (dag_id, execution_date), 
	CONSTRAINT dag_run_dag_id_run_id_key UNIQUE (dag_id, run_id)
)
;
CREATE INDEX dag_id_state ON dag_run (dag_id, state)
;
CREATE INDEX idx_dag_run_dag_id ON dag_run (dag_id)
;
CREATE INDEX idx_dag_run_queued_dags ON dag_run (state, dag_id)
;
CREATE INDEX idx_dag_run_running_dags ON dag_run (state, dag_id)
;
CREATE INDEX idx_last_scheduling_decision ON dag_run (last_scheduling_decision)
;
CREATE TABLE dag_schedule_dataset_reference (
	dataset_id INTEGER NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT dsdr_pkey PRIMARY KEY (dataset_id, dag_id), 
	CONSTRAINT dsdr_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE, 
	CONSTRAINT dsdr_dataset_fkey FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
)
;
CREATE TABLE dag_tag (
	name VARCHAR(100) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	CONSTRAINT dag_tag_pkey PRIMARY KEY (name, dag_id), 
	CONSTRAINT dag_tag_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE TABLE dag_warning (
	dag_id VARCHAR(250) NOT NULL, 
	warning_type VARCHAR(50) NOT NULL, 
	message TEXT NOT NULL, 
	timestamp TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT dag_warning_pkey PRIMARY KEY (dag_id, warning_type), 
	CONSTRAINT dcw_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE TABLE dataset_dag_run_queue (
	dataset_id INTEGER NOT NULL, 
	target_dag_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT datasetdagrunqueue_pkey PRIMARY KEY (dataset_id, target_dag_id), 
	CONSTRAINT ddrq_dataset_fkey FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE, 
	CONSTRAINT ddrq_dag_fkey FOREIGN KEY(target_dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE TABLE task_outlet_dataset_reference (
	dataset_id INTEGER NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT todr_pkey PRIMARY KEY (dataset_id, dag_id, task_id), 
	CONSTRAINT todr_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE, 
	CONSTRAINT todr_dataset_fkey FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
)
;
CREATE TABLE ab_permission_view_role (
	id SERIAL NOT NULL, 
	permission_view_id INTEGER, 
	role_id INTEGER, 
	CONSTRAINT ab_permission_view_role_pkey PRIMARY KEY (id), 
	CONSTRAINT ab_permission_view_role_permission_view_id_fkey FOREIGN KEY(permission_view_id) REFERENCES ab_permission_view (id), 
	CONSTRAINT ab_permission_view_role_role_id_fkey FOREIGN KEY(role_id) REFERENCES ab_role (id), 
	CONSTRAINT ab_permission_view_role_permission_view_id_role_id_uq UNIQUE (permission_view_id, role_id)
)
;
CREATE TABLE dag_run_note (
	dag_run_id INTEGER NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	user_id INTEGER, 
	content VARCHAR(1000), 
	CONSTRAINT dag_run_note_pkey PRIMARY KEY (dag_run_id), 
	CONSTRAINT dag_run_note_dr_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE, 
	CONSTRAINT dag_run_note_user_fkey FOREIGN KEY(user_id) REFERENCES ab_user (id)
)
;
CREATE TABLE dagrun_dataset_event (
	dag_run_id INTEGER NOT NULL, 
	event_id INTEGER NOT NULL, 
	CONSTRAINT dagrun_dataset_event_pkey PRIMARY KEY (dag_run_id, event_id), 
	CONSTRAINT dagrun_dataset_event_dag_run_id_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE, 
	CONSTRAINT dagrun_dataset_event_event_id_fkey FOREIGN KEY(event_id) REFERENCES dataset_event (id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dagrun_dataset_events_dag_run_id ON dagrun_dataset_event (dag_run_id)
;
CREATE INDEX idx_dagrun_dataset_events_event_id ON dagrun_dataset_event (event_id)
;
CREATE TABLE task_instance (
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	pool VARCHAR(256) NOT NULL, 
	pool_slots INTEGER NOT NULL, 
	start_date TIMESTAMP WITH TIME ZONE, 
	end_date TIMESTAMP WITH TIME ZONE, 
	duration FLOAT, 
	state VARCHAR(20), 
	try_number INTEGER, 
	max_tries INTEGER DEFAULT '-1', 
	hostname VARCHAR(1000), 
	unixname VARCHAR(1000), 
	job_id INTEGER, 
	queue VARCHAR(256), 
	priority_weight INTEGER, 
	operator VARCHAR(1000), 
	queued_dttm TIMESTAMP WITH TIME ZONE, 
	queued_by_job_id INTEGER, 
	pid INTEGER, 
	executor_config BYTEA, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	external_executor_id VARCHAR(250), 
	trigger_id INTEGER, 
	trigger_timeout TIMESTAMP WITH TIME ZONE, 
	next_method VARCHAR(1000), 
	next_kwargs JSONB, 
	CONSTRAINT task_instance_pkey PRIMARY KEY (dag_id, task_id, run_id, map_index), 
	CONSTRAINT task_instance_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE, 
	CONSTRAINT task_instance_trigger_id_fkey FOREIGN KEY(trigger_id) REFERENCES trigger (id) ON DELETE CASCADE
)
;
CREATE INDEX ti_dag_run ON task_instance (dag_id, run_id)
;
CREATE INDEX ti_dag_state ON task_instance (dag_id, state)
;
CREATE INDEX ti_job_id ON task_instance (job_id)
;
CREATE INDEX ti_pool ON task_instance (pool, state, priority_weight)
;
CREATE INDEX ti_state ON task_instance (state)
;
CREATE INDEX ti_state_lkp ON task_instance (dag_id, task_id, run_id, state)
;
CREATE INDEX ti_trigger_id ON task_instance (trigger_id)
;
CREATE TABLE rendered_task_instance_fields (
	dag_id VARCHAR(250) NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	rendered_fields JSON NOT NULL, 
	k8s_pod_yaml JSON, 
	CONSTRAINT rendered_task_instance_fields_pkey PRIMARY KEY (dag_id, task_id, run_id, map_index), 
	CONSTRAINT rtif_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
)
;
CREATE TABLE task_fail (
	id SERIAL NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	start_date TIMESTAMP WITH TIME ZONE, 
	end_date TIMESTAMP WITH TIME ZONE, 
	duration INTEGER, 
	CONSTRAINT task_fail_pkey PRIMARY KEY (id), 
	CONSTRAINT task_fail_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
)
;
CREATE INDEX idx_task_fail_task_instance ON task_fail (dag_id, task_id, run_id, map_index)
;
CREATE TABLE task_instance_note (
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	user_id INTEGER, 
	content VARCHAR(1000), 
	CONSTRAINT task_instance_note_pkey PRIMARY KEY (task_id, dag_id, run_id, map_index), 
	CONSTRAINT task_instance_note_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE, 
	CONSTRAINT task_instance_note_user_fkey FOREIGN KEY(user_id) REFERENCES ab_user (id)
)
;
CREATE TABLE task_map (
	dag_id VARCHAR(250) NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER NOT NULL, 
	length INTEGER NOT NULL, 
	keys JSONB, 
	CONSTRAINT task_map_pkey PRIMARY KEY (dag_id, task_id, run_id, map_index), 
	CONSTRAINT ck_task_map_task_map_length_not_negative CHECK (length >= 0), 
	CONSTRAINT task_map_task_instance_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE ON UPDATE CASCADE
)
;
CREATE TABLE task_reschedule (
	id SERIAL NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	try_number INTEGER NOT NULL, 
	start_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	end_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	duration INTEGER NOT NULL, 
	reschedule_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT task_reschedule_pkey PRIMARY KEY (id), 
	CONSTRAINT task_reschedule_dr_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE, 
	CONSTRAINT task_reschedule_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
)
;
CREATE INDEX idx_task_reschedule_dag_run ON task_reschedule (dag_id, run_id)
;
CREATE INDEX idx_task_reschedule_dag_task_run ON task_reschedule (dag_id, task_id, run_id, map_index)
;
CREATE TABLE xcom (
	dag_run_id INTEGER NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	key VARCHAR(512) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	timestamp TIMESTAMP WITH TIME ZONE NOT NULL, 
	value BYTEA, 
	CONSTRAINT xcom_pkey PRIMARY KEY (dag_run_id, task_id, map_index, key), 
	CONSTRAINT xcom_task_instance_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
)
;
CREATE INDEX idx_xcom_key ON xcom (key)
;
CREATE INDEX idx_xcom_task_instance ON xcom (dag_id, task_id, run_id, map_index)
;
INSERT INTO log_template (filename, elasticsearch_id, created_at) VALUES (%(filename__0)s, %(elasticsearch_id__0)s, %(created_at__0)s), (%(filename__1)s, %(elasticsearch_id__1)s, %(created_at__1)s)
;
INSERT INTO slot_pool (id, pool, slots, description) VALUES (%(id)s, %(pool)s, %(slots)s, %(description)s)
;
ALTER TABLE task_instance ADD COLUMN custom_operator_name VARCHAR(1000)
;
ALTER TABLE slot_pool ADD COLUMN include_deferred BOOLEAN
;
UPDATE slot_pool SET include_deferred = false
;
ALTER TABLE slot_pool ALTER COLUMN include_deferred SET NOT NULL
;
ALTER TABLE dag_run ADD COLUMN clear_number INTEGER DEFAULT '0' NOT NULL
;
ALTER TABLE log ADD COLUMN owner_display_name VARCHAR(500)
;
ALTER TABLE connection ALTER COLUMN login TYPE TEXT
;
ALTER TABLE connection ALTER COLUMN password TYPE TEXT
;
ALTER TABLE import_error ADD COLUMN processor_subdir VARCHAR(2000)
;
DROP INDEX IF EXISTS ti_state_incl_start_date
;
ALTER TABLE task_instance ADD COLUMN rendered_map_index VARCHAR(250)
;
ALTER TABLE log ADD COLUMN run_id VARCHAR(250)
;
ALTER TABLE log ALTER COLUMN event TYPE VARCHAR(60)
;
ALTER TABLE dag ADD COLUMN dataset_expression JSON
;
ALTER TABLE dag ADD COLUMN max_consecutive_failed_dag_runs INTEGER
;
ALTER TABLE dag ADD COLUMN dag_display_name VARCHAR(2000)
;
ALTER TABLE task_instance ADD COLUMN task_display_name VARCHAR(2000)
;
ALTER TABLE trigger ALTER COLUMN kwargs TYPE TEXT
;
DROP INDEX idx_last_scheduling_decision
;
ALTER TABLE connection DROP CONSTRAINT IF EXISTS unique_conn_id
;
ALTER TABLE connection DROP CONSTRAINT IF EXISTS connection_conn_id_uq
;
ALTER TABLE connection ADD CONSTRAINT connection_conn_id_uq UNIQUE (conn_id)
;
UPDATE dag SET max_consecutive_failed_dag_runs=%(max_consecutive_failed_dag_runs)s
;
ALTER TABLE dag ALTER COLUMN max_consecutive_failed_dag_runs SET NOT NULL
;
ALTER TABLE task_instance DROP CONSTRAINT task_instance_dag_run_fkey
;
ALTER TABLE task_reschedule DROP CONSTRAINT task_reschedule_dr_fkey
;
ALTER TABLE dag_run DROP CONSTRAINT IF EXISTS dag_run_dag_id_execution_date_uq
;
ALTER TABLE dag_run DROP CONSTRAINT IF EXISTS dag_run_dag_id_run_id_uq
;
ALTER TABLE dag_run DROP CONSTRAINT IF EXISTS dag_run_dag_id_execution_date_key
;
ALTER TABLE dag_run DROP CONSTRAINT IF EXISTS dag_run_dag_id_run_id_key
;
ALTER TABLE dag_run ADD CONSTRAINT dag_run_dag_id_execution_date_key UNIQUE (dag_id, execution_date)
;
ALTER TABLE dag_run ADD CONSTRAINT dag_run_dag_id_run_id_key UNIQUE (dag_id, run_id)
;
ALTER TABLE task_instance ADD CONSTRAINT task_instance_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
;
ALTER TABLE task_reschedule ADD CONSTRAINT task_reschedule_dr_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
;
CREATE INDEX idx_dag_schedule_dataset_reference_dag_id ON dag_schedule_dataset_reference (dag_id)
;
CREATE INDEX idx_dag_tag_dag_id ON dag_tag (dag_id)
;
CREATE INDEX idx_dag_warning_dag_id ON dag_warning (dag_id)
;
CREATE INDEX idx_dataset_dag_run_queue_target_dag_id ON dataset_dag_run_queue (target_dag_id)
;
CREATE INDEX idx_task_outlet_dataset_reference_dag_id ON task_outlet_dataset_reference (dag_id)
;
ALTER TABLE task_instance ADD COLUMN executor VARCHAR(1000)
;
CREATE TABLE dag_priority_parsing_request (
	id VARCHAR(32) NOT NULL, 
	fileloc VARCHAR(2000) NOT NULL, 
	CONSTRAINT dag_priority_parsing_request_pkey PRIMARY KEY (id)
)
;
CREATE TABLE task_instance_history (
	id SERIAL NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT -1 NOT NULL, 
	try_number INTEGER NOT NULL, 
	start_date TIMESTAMP WITH TIME ZONE, 
	end_date TIMESTAMP WITH TIME ZONE, 
	duration FLOAT, 
	state VARCHAR(20), 
	max_tries INTEGER DEFAULT -1, 
	hostname VARCHAR(1000), 
	unixname VARCHAR(1000), 
	job_id INTEGER, 
	pool VARCHAR(256) NOT NULL, 
	pool_slots INTEGER NOT NULL, 
	queue VARCHAR(256), 
	priority_weight INTEGER, 
	operator VARCHAR(1000), 
	custom_operator_name VARCHAR(1000), 
	queued_dttm TIMESTAMP WITH TIME ZONE, 
	queued_by_job_id INTEGER, 
	pid INTEGER, 
	executor VARCHAR(1000), 
	executor_config BYTEA, 
	updated_at TIMESTAMP WITH TIME ZONE, 
	rendered_map_index VARCHAR(250), 
	external_executor_id VARCHAR(250), 
	trigger_id INTEGER, 
	trigger_timeout TIMESTAMP WITHOUT TIME ZONE, 
	next_method VARCHAR(1000), 
	next_kwargs JSONB, 
	task_display_name VARCHAR(2000), 
	CONSTRAINT task_instance_history_pkey PRIMARY KEY (id), 
	CONSTRAINT task_instance_history_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE ON UPDATE CASCADE, 
	CONSTRAINT task_instance_history_dtrt_uq UNIQUE (dag_id, task_id, run_id, map_index, try_number)
)
;
CREATE TABLE dataset_alias (
	id SERIAL NOT NULL, 
	name VARCHAR(3000) NOT NULL, 
	CONSTRAINT dataset_alias_pkey PRIMARY KEY (id)
)
;
CREATE UNIQUE INDEX idx_name_unique ON dataset_alias (name)
;
CREATE TABLE dataset_alias_dataset_event (
	alias_id INTEGER NOT NULL, 
	event_id INTEGER NOT NULL, 
	CONSTRAINT dataset_alias_dataset_event_pkey PRIMARY KEY (alias_id, event_id), 
	CONSTRAINT dataset_alias_dataset_event_alias_id_fkey FOREIGN KEY(alias_id) REFERENCES dataset_alias (id) ON DELETE CASCADE, 
	CONSTRAINT dataset_alias_dataset_event_event_id_fkey FOREIGN KEY(event_id) REFERENCES dataset_event (id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dataset_alias_dataset_event_alias_id ON dataset_alias_dataset_event (alias_id)
;
CREATE INDEX idx_dataset_alias_dataset_event_event_id ON dataset_alias_dataset_event (event_id)
;
ALTER TABLE log ADD COLUMN try_number INTEGER
;
CREATE INDEX idx_log_task_instance ON log (dag_id, task_id, run_id, map_index, try_number)
;
CREATE TABLE dataset_alias_dataset (
	alias_id INTEGER NOT NULL, 
	dataset_id INTEGER NOT NULL, 
	CONSTRAINT dataset_alias_dataset_pkey PRIMARY KEY (alias_id, dataset_id), 
	CONSTRAINT dataset_alias_dataset_alias_id_fkey FOREIGN KEY(alias_id) REFERENCES dataset_alias (id) ON DELETE CASCADE, 
	CONSTRAINT dataset_alias_dataset_dataset_id_fkey FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dataset_alias_dataset_alias_dataset_id ON dataset_alias_dataset (dataset_id)
;
CREATE INDEX idx_dataset_alias_dataset_alias_id ON dataset_alias_dataset (alias_id)
;
CREATE TABLE dag_schedule_dataset_alias_reference (
	alias_id INTEGER NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT dsdar_pkey PRIMARY KEY (alias_id, dag_id), 
	CONSTRAINT dsdar_dataset_fkey FOREIGN KEY(alias_id) REFERENCES dataset_alias (id) ON DELETE CASCADE, 
	CONSTRAINT dsdar_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dag_schedule_dataset_alias_reference_dag_id ON dag_schedule_dataset_alias_reference (dag_id)
;
ALTER TABLE dag_schedule_dataset_alias_reference DROP CONSTRAINT IF EXISTS dsdar_dataset_fkey
;
ALTER TABLE dag_schedule_dataset_alias_reference DROP CONSTRAINT IF EXISTS dsdar_dag_fkey
;
DO $$
        BEGIN
            IF NOT EXISTS (
                SELECT 1
                FROM information_schema.table_constraints
                WHERE constraint_type = 'FOREIGN KEY'
                  AND constraint_name = 'dsdar_dataset_alias_fkey'
            ) THEN
                ALTER TABLE dag_schedule_dataset_alias_reference
                ADD CONSTRAINT dsdar_dataset_alias_fkey
                FOREIGN KEY (alias_id)
                REFERENCES dataset_alias (id)
                ON DELETE CASCADE;
            END IF;
        END $$
;
DO $$
        BEGIN
            IF NOT EXISTS (
                SELECT 1
                FROM information_schema.table_constraints
                WHERE constraint_type = 'FOREIGN KEY'
                  AND constraint_name = 'dsdar_dag_id_fkey'
            ) THEN
                ALTER TABLE dag_schedule_dataset_alias_reference
                ADD CONSTRAINT dsdar_dag_id_fkey
                FOREIGN KEY (alias_id)
                REFERENCES dataset_alias (id)
                ON DELETE CASCADE;
            END IF;
        END $$
;
ALTER TABLE dag_run_note DROP CONSTRAINT dag_run_note_user_fkey
;
ALTER TABLE task_instance_note DROP CONSTRAINT task_instance_note_user_fkey
;
ALTER TABLE dag DROP COLUMN is_subdag
;
DROP INDEX idx_root_dag_id
;
ALTER TABLE dag DROP COLUMN root_dag_id
;
ALTER TABLE dag ALTER COLUMN schedule_interval TYPE TEXT
;
ALTER TABLE dag ALTER COLUMN schedule_interval DROP NOT NULL
;
ALTER TABLE dag RENAME schedule_interval TO timetable_summary
;
ALTER TABLE dag_run ADD COLUMN triggered_by VARCHAR(50)
;
ALTER TABLE dag_run ALTER COLUMN execution_date DROP NOT NULL
;
ALTER TABLE dag_run RENAME execution_date TO logical_date
;
ALTER TABLE dag_run DROP CONSTRAINT dag_run_dag_id_execution_date_key
;
ALTER TABLE dag_run ADD CONSTRAINT dag_run_dag_id_logical_date_key UNIQUE (dag_id, logical_date)
;
ALTER TABLE log ALTER COLUMN execution_date DROP NOT NULL
;
ALTER TABLE log RENAME execution_date TO logical_date
;
CREATE TABLE backfill (
	id SERIAL NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	from_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	to_date TIMESTAMP WITH TIME ZONE NOT NULL, 
	dag_run_conf JSON NOT NULL, 
	is_paused BOOLEAN, 
	max_active_runs INTEGER NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	completed_at TIMESTAMP WITH TIME ZONE, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT backfill_pkey PRIMARY KEY (id)
)
;
CREATE TABLE backfill_dag_run (
	id SERIAL NOT NULL, 
	backfill_id INTEGER NOT NULL, 
	dag_run_id INTEGER, 
	sort_ordinal INTEGER NOT NULL, 
	CONSTRAINT backfill_dag_run_pkey PRIMARY KEY (id), 
	CONSTRAINT ix_bdr_backfill_id_dag_run_id UNIQUE (backfill_id, dag_run_id), 
	CONSTRAINT bdr_backfill_fkey FOREIGN KEY(backfill_id) REFERENCES backfill (id) ON DELETE cascade, 
	CONSTRAINT bdr_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE set null
)
;
DROP INDEX idx_log_dag
;
ALTER TABLE dag_run_note ALTER COLUMN user_id TYPE VARCHAR(128)
;
ALTER TABLE task_instance_note ALTER COLUMN user_id TYPE VARCHAR(128)
;
DROP INDEX idx_name_unique
;
CREATE UNIQUE INDEX idx_dataset_alias_name_unique ON dataset_alias (name)
;
ALTER TABLE dataset ADD COLUMN name VARCHAR(1500)
;
ALTER TABLE dataset ADD COLUMN "group" VARCHAR(1500)
;
UPDATE dataset SET name = uri, "group" = 'asset'
;
ALTER TABLE dataset ALTER COLUMN name SET NOT NULL
;
ALTER TABLE dataset ALTER COLUMN uri TYPE VARCHAR(1500)
;
ALTER TABLE dataset ALTER COLUMN uri SET NOT NULL
;
ALTER TABLE dataset ALTER COLUMN "group" TYPE VARCHAR(1500)
;
ALTER TABLE dataset ALTER COLUMN "group" SET NOT NULL
;
DROP INDEX idx_uri_unique
;
CREATE UNIQUE INDEX idx_dataset_name_uri_unique ON dataset (name, uri)
;
ALTER TABLE dag_run ADD COLUMN backfill_id INTEGER
;
ALTER TABLE dag_run ADD CONSTRAINT dag_run_backfill_id_fkey FOREIGN KEY(backfill_id) REFERENCES backfill (id)
;
CREATE TABLE asset_active (
	name VARCHAR(1500) NOT NULL, 
	uri VARCHAR(1500) NOT NULL, 
	CONSTRAINT asset_active_pkey PRIMARY KEY (name, uri), 
	CONSTRAINT asset_active_asset_name_uri_fkey FOREIGN KEY(name, uri) REFERENCES dataset (name, uri) ON DELETE CASCADE
)
;
CREATE UNIQUE INDEX idx_asset_active_uri_unique ON asset_active (uri)
;
CREATE UNIQUE INDEX idx_asset_active_name_unique ON asset_active (name)
;
insert into asset_active (name, uri) select name, uri from dataset where is_orphaned = false
;
ALTER TABLE dataset DROP COLUMN is_orphaned
;
ALTER TABLE dataset_alias ALTER COLUMN name TYPE VARCHAR(1500)
;
ALTER TABLE dataset_alias ALTER COLUMN name SET NOT NULL
;
ALTER TABLE dataset_alias ADD COLUMN "group" VARCHAR(1500)
;
UPDATE dataset_alias SET "group" = 'asset'
;
ALTER TABLE dataset_alias ALTER COLUMN "group" TYPE VARCHAR(1500)
;
ALTER TABLE dataset_alias ALTER COLUMN "group" SET NOT NULL
;
ALTER TABLE backfill ADD COLUMN reprocess_behavior VARCHAR(250) NOT NULL
;
ALTER TABLE backfill_dag_run ADD COLUMN exception_reason VARCHAR(250)
;
ALTER TABLE backfill_dag_run ADD COLUMN logical_date TIMESTAMP WITH TIME ZONE NOT NULL
;
ALTER TABLE dataset_alias_dataset DROP CONSTRAINT IF EXISTS dataset_alias_dataset_dataset_id_fkey
;
ALTER TABLE dataset_alias_dataset DROP CONSTRAINT IF EXISTS dataset_alias_dataset_alias_id_fkey
;
ALTER TABLE dataset_alias_dataset DROP CONSTRAINT IF EXISTS ds_dsa_alias_id
;
ALTER TABLE dataset_alias_dataset DROP CONSTRAINT IF EXISTS ds_dsa_dataset_id
;
ALTER TABLE dataset_alias_dataset_event DROP CONSTRAINT IF EXISTS dataset_alias_dataset_dataset_id_fkey
;
ALTER TABLE dataset_alias_dataset_event DROP CONSTRAINT IF EXISTS dataset_alias_dataset_event_alias_id_fkey
;
ALTER TABLE dataset_alias_dataset_event DROP CONSTRAINT IF EXISTS dataset_alias_dataset_event_event_id_fkey
;
ALTER TABLE dataset_alias_dataset_event DROP CONSTRAINT IF EXISTS dss_de_alias_id
;
ALTER TABLE dataset_alias_dataset_event DROP CONSTRAINT IF EXISTS dss_de_event_id
;
ALTER TABLE dag_schedule_dataset_alias_reference DROP CONSTRAINT IF EXISTS dsdar_dag_id_fkey
;
ALTER TABLE dag_schedule_dataset_alias_reference DROP CONSTRAINT IF EXISTS dsdar_dataset_alias_fkey
;
ALTER TABLE dag_schedule_dataset_reference DROP CONSTRAINT IF EXISTS dsdr_dag_id_fkey
;
ALTER TABLE dag_schedule_dataset_reference DROP CONSTRAINT IF EXISTS dsdr_dataset_fkey
;
ALTER TABLE task_outlet_dataset_reference DROP CONSTRAINT IF EXISTS todr_dataset_fkey
;
ALTER TABLE dataset_dag_run_queue DROP CONSTRAINT IF EXISTS ddrq_dag_fkey
;
ALTER TABLE dataset_dag_run_queue DROP CONSTRAINT IF EXISTS ddrq_dataset_fkey
;
ALTER TABLE dagrun_dataset_event DROP CONSTRAINT IF EXISTS dagrun_dataset_events_event_id_fkey
;
ALTER TABLE dagrun_dataset_event DROP CONSTRAINT IF EXISTS dagrun_dataset_event_event_id_fkey
;
ALTER TABLE dagrun_dataset_event DROP CONSTRAINT IF EXISTS dagrun_dataset_events_dag_run_id_fkey
;
ALTER TABLE dagrun_dataset_event DROP CONSTRAINT IF EXISTS dagrun_dataset_event_dag_run_id_fkey
;
ALTER TABLE dataset_alias_dataset RENAME TO asset_alias_asset
;
ALTER TABLE dataset_alias_dataset_event RENAME TO asset_alias_asset_event
;
ALTER TABLE dataset_alias RENAME TO asset_alias
;
ALTER TABLE dataset RENAME TO asset
;
ALTER TABLE dag_schedule_dataset_alias_reference RENAME TO dag_schedule_asset_alias_reference
;
ALTER TABLE dag_schedule_dataset_reference RENAME TO dag_schedule_asset_reference
;
ALTER TABLE task_outlet_dataset_reference RENAME TO task_outlet_asset_reference
;
ALTER TABLE dataset_dag_run_queue RENAME TO asset_dag_run_queue
;
ALTER TABLE dagrun_dataset_event RENAME TO dagrun_asset_event
;
ALTER TABLE dataset_event RENAME TO asset_event
;
ALTER TABLE asset_active DROP CONSTRAINT asset_active_asset_name_uri_fkey
;
DROP INDEX idx_dataset_name_uri_unique
;
CREATE UNIQUE INDEX idx_asset_name_uri_unique ON asset (name, uri)
;
ALTER TABLE asset_active ADD CONSTRAINT asset_active_asset_name_uri_fkey FOREIGN KEY(name, uri) REFERENCES asset (name, uri) ON DELETE CASCADE
;
ALTER TABLE asset_alias_asset DROP CONSTRAINT IF EXISTS dataset_alias_dataset_pkey
;
ALTER TABLE asset_alias_asset DROP CONSTRAINT IF EXISTS asset_alias_asset_pkey
;
ALTER TABLE asset_alias_asset ALTER COLUMN dataset_id TYPE INTEGER
;
ALTER TABLE asset_alias_asset ALTER COLUMN dataset_id SET NOT NULL
;
ALTER TABLE asset_alias_asset RENAME dataset_id TO asset_id
;
ALTER TABLE asset_alias_asset ADD CONSTRAINT asset_alias_asset_pkey PRIMARY KEY (alias_id, asset_id)
;
DROP INDEX idx_dataset_alias_dataset_alias_id
;
CREATE INDEX idx_asset_alias_asset_alias_id ON asset_alias_asset (alias_id)
;
ALTER TABLE asset_alias_asset ADD CONSTRAINT asset_alias_asset_alias_id_fkey FOREIGN KEY(alias_id) REFERENCES asset_alias (id) ON DELETE CASCADE
;
DROP INDEX idx_dataset_alias_dataset_alias_dataset_id
;
CREATE INDEX idx_asset_alias_asset_asset_id ON asset_alias_asset (asset_id)
;
ALTER TABLE asset_alias_asset ADD CONSTRAINT asset_alias_asset_asset_id_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
;
DROP INDEX idx_dataset_alias_dataset_event_alias_id
;
CREATE INDEX idx_asset_alias_asset_event_alias_id ON asset_alias_asset_event (alias_id)
;
ALTER TABLE asset_alias_asset_event ADD CONSTRAINT asset_alias_asset_event_alias_id_fkey FOREIGN KEY(alias_id) REFERENCES asset_alias (id) ON DELETE CASCADE
;
DROP INDEX idx_dataset_alias_dataset_event_event_id
;
CREATE INDEX idx_asset_alias_asset_event_event_id ON asset_alias_asset_event (event_id)
;
ALTER TABLE asset_alias_asset_event ADD CONSTRAINT asset_alias_asset_event_event_id_fkey FOREIGN KEY(event_id) REFERENCES asset_event (id) ON DELETE CASCADE
;
ALTER TABLE dag_schedule_asset_alias_reference DROP CONSTRAINT dsdar_pkey
;
ALTER TABLE dag_schedule_asset_alias_reference ADD CONSTRAINT dsaar_pkey PRIMARY KEY (alias_id, dag_id)
;
DROP INDEX idx_dag_schedule_dataset_alias_reference_dag_id
;
CREATE INDEX idx_dag_schedule_asset_alias_reference_dag_id ON dag_schedule_asset_alias_reference (dag_id)
;
ALTER TABLE dag_schedule_asset_alias_reference ADD CONSTRAINT dsaar_asset_alias_fkey FOREIGN KEY(alias_id) REFERENCES asset_alias (id) ON DELETE CASCADE
;
ALTER TABLE dag_schedule_asset_alias_reference ADD CONSTRAINT dsaar_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
;
ALTER TABLE dag_schedule_asset_reference ALTER COLUMN dataset_id TYPE INTEGER
;
ALTER TABLE dag_schedule_asset_reference ALTER COLUMN dataset_id SET NOT NULL
;
ALTER TABLE dag_schedule_asset_reference RENAME dataset_id TO asset_id
;
ALTER TABLE dag_schedule_asset_reference DROP CONSTRAINT IF EXISTS dag_schedule_dataset_reference_pkey
;
ALTER TABLE dag_schedule_asset_reference DROP CONSTRAINT IF EXISTS dsdr_pkey
;
ALTER TABLE dag_schedule_asset_reference ADD CONSTRAINT dsar_pkey PRIMARY KEY (asset_id, dag_id)
;
DROP INDEX idx_dag_schedule_dataset_reference_dag_id
;
CREATE INDEX idx_dag_schedule_asset_reference_dag_id ON dag_schedule_asset_reference (dag_id)
;
ALTER TABLE dag_schedule_asset_reference ADD CONSTRAINT dsar_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
;
ALTER TABLE dag_schedule_asset_reference ADD CONSTRAINT dsar_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
;
ALTER TABLE task_outlet_asset_reference ALTER COLUMN dataset_id TYPE INTEGER
;
ALTER TABLE task_outlet_asset_reference ALTER COLUMN dataset_id SET NOT NULL
;
ALTER TABLE task_outlet_asset_reference RENAME dataset_id TO asset_id
;
ALTER TABLE task_outlet_asset_reference DROP CONSTRAINT todr_dag_id_fkey
;
ALTER TABLE task_outlet_asset_reference DROP CONSTRAINT IF EXISTS task_outlet_dataset_reference_pkey
;
ALTER TABLE task_outlet_asset_reference DROP CONSTRAINT IF EXISTS todr_pkey
;
ALTER TABLE task_outlet_asset_reference ADD CONSTRAINT toar_pkey PRIMARY KEY (asset_id, dag_id, task_id)
;
DROP INDEX idx_task_outlet_dataset_reference_dag_id
;
CREATE INDEX idx_task_outlet_asset_reference_dag_id ON task_outlet_asset_reference (dag_id)
;
ALTER TABLE task_outlet_asset_reference ADD CONSTRAINT toar_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
;
ALTER TABLE task_outlet_asset_reference ADD CONSTRAINT toar_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
;
ALTER TABLE asset_dag_run_queue ALTER COLUMN dataset_id TYPE INTEGER
;
ALTER TABLE asset_dag_run_queue ALTER COLUMN dataset_id SET NOT NULL
;
ALTER TABLE asset_dag_run_queue RENAME dataset_id TO asset_id
;
ALTER TABLE asset_dag_run_queue DROP CONSTRAINT IF EXISTS dataset_dag_run_queue_pkey
;
ALTER TABLE asset_dag_run_queue DROP CONSTRAINT IF EXISTS datasetdagrunqueue_pkey
;
ALTER TABLE asset_dag_run_queue ADD CONSTRAINT assetdagrunqueue_pkey PRIMARY KEY (asset_id, target_dag_id)
;
DROP INDEX idx_dataset_dag_run_queue_target_dag_id
;
CREATE INDEX idx_asset_dag_run_queue_target_dag_id ON asset_dag_run_queue (target_dag_id)
;
ALTER TABLE asset_dag_run_queue ADD CONSTRAINT adrq_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
;
ALTER TABLE asset_dag_run_queue ADD CONSTRAINT adrq_dag_fkey FOREIGN KEY(target_dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
;
ALTER TABLE dagrun_asset_event DROP CONSTRAINT IF EXISTS dagrun_dataset_events_pkey
;
ALTER TABLE dagrun_asset_event DROP CONSTRAINT IF EXISTS dagrun_dataset_event_pkey
;
DROP INDEX idx_dagrun_dataset_events_dag_run_id
;
CREATE INDEX idx_dagrun_asset_events_dag_run_id ON dagrun_asset_event (dag_run_id)
;
ALTER TABLE dagrun_asset_event ADD CONSTRAINT dagrun_asset_event_dag_run_id_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE
;
DROP INDEX idx_dagrun_dataset_events_event_id
;
CREATE INDEX idx_dagrun_asset_events_event_id ON dagrun_asset_event (event_id)
;
ALTER TABLE dagrun_asset_event ADD CONSTRAINT dagrun_asset_event_event_id_fkey FOREIGN KEY(event_id) REFERENCES asset_event (id) ON DELETE CASCADE
;
ALTER TABLE dagrun_asset_event ADD CONSTRAINT dagrun_asset_event_pkey PRIMARY KEY (event_id, dag_run_id)
;
ALTER TABLE asset_event ALTER COLUMN dataset_id TYPE INTEGER
;
ALTER TABLE asset_event ALTER COLUMN dataset_id SET NOT NULL
;
ALTER TABLE asset_event RENAME dataset_id TO asset_id
;
DROP INDEX idx_dataset_id_timestamp
;
CREATE INDEX idx_asset_id_timestamp ON asset_event (asset_id, timestamp)
;
DROP INDEX idx_dataset_alias_name_unique
;
CREATE UNIQUE INDEX idx_asset_alias_name_unique ON asset_alias (name)
;
ALTER TABLE dag ALTER COLUMN dataset_expression TYPE JSON
;
ALTER TABLE dag RENAME dataset_expression TO asset_expression
;
ALTER TABLE task_instance ADD COLUMN id UUID
;
DO $$
DECLARE
    pgcrypto_installed BOOLEAN;
BEGIN
    -- Check if pgcrypto is already installed
    pgcrypto_installed := EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pgcrypto');

    -- Attempt to create pgcrypto if it is not installed
    IF NOT pgcrypto_installed THEN
        BEGIN
            CREATE EXTENSION pgcrypto;
            pgcrypto_installed := TRUE;
            RAISE NOTICE 'pgcrypto extension successfully created.';
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'pgcrypto extension could not be installed due to insufficient privileges; using fallback';
                pgcrypto_installed := FALSE;
            WHEN OTHERS THEN
                RAISE NOTICE 'An unexpected error occurred while attempting to install pgcrypto; using fallback';
                pgcrypto_installed := FALSE;
        END;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION uuid_generate_v7(p_timestamp timestamp with time zone)
RETURNS uuid
LANGUAGE plpgsql
PARALLEL SAFE
AS $$
DECLARE
    unix_time_ms CONSTANT bytea NOT NULL DEFAULT substring(int8send((extract(epoch FROM p_timestamp) * 1000)::bigint) from 3);
    buffer bytea;
    pgcrypto_installed BOOLEAN := EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pgcrypto');
BEGIN
    -- Use pgcrypto if available, otherwise use the fallback
    -- fallback from https://brandur.org/fragments/secure-bytes-without-pgcrypto
    IF pgcrypto_installed THEN
        buffer := unix_time_ms || gen_random_bytes(10);
    ELSE
        buffer := unix_time_ms || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 5) ||
                  substring(uuid_send(gen_random_uuid()) FROM 12 FOR 5);
    END IF;

    -- Set UUID version and variant bits
    buffer := set_byte(buffer, 6, (b'0111' || get_byte(buffer, 6)::bit(4))::bit(8)::int);
    buffer := set_byte(buffer, 8, (b'10'   || get_byte(buffer, 8)::bit(6))::bit(8)::int);
    RETURN encode(buffer, 'hex')::uuid;
END
$$
;
WITH cte AS (
                        SELECT ctid
                        FROM task_instance
                        WHERE id IS NULL
                        LIMIT %(batch_size)s
                    )
                    UPDATE task_instance
                    SET id = uuid_generate_v7(coalesce(queued_dttm, start_date, clock_timestamp()))
                    FROM cte
                    WHERE task_instance.ctid = cte.ctid
;
DROP FUNCTION IF EXISTS uuid_generate_v7(timestamp with time zone)
;
ALTER TABLE IF EXISTS task_instance DROP CONSTRAINT task_instance_pkey CASCADE
;
ALTER TABLE task_instance ALTER COLUMN id TYPE UUID
;
ALTER TABLE task_instance ALTER COLUMN id SET NOT NULL
;
ALTER TABLE task_instance ADD CONSTRAINT task_instance_composite_key UNIQUE (dag_id, task_id, run_id, map_index)
;
ALTER TABLE task_instance ADD CONSTRAINT task_instance_pkey PRIMARY KEY (id)
;
ALTER TABLE rendered_task_instance_fields ADD CONSTRAINT rtif_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
;
ALTER TABLE task_fail ADD CONSTRAINT task_fail_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
;
ALTER TABLE task_instance_note ADD CONSTRAINT task_instance_note_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
;
ALTER TABLE task_reschedule ADD CONSTRAINT task_reschedule_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
;
ALTER TABLE xcom ADD CONSTRAINT xcom_task_instance_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE
;
ALTER TABLE task_instance_history ADD CONSTRAINT task_instance_history_ti_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE ON UPDATE CASCADE
;
ALTER TABLE task_map ADD CONSTRAINT task_map_task_instance_fkey FOREIGN KEY(dag_id, task_id, run_id, map_index) REFERENCES task_instance (dag_id, task_id, run_id, map_index) ON DELETE CASCADE ON UPDATE CASCADE
;
ALTER TABLE dag DROP COLUMN scheduler_lock
;
DROP TABLE task_fail
;
ALTER TABLE task_instance ADD COLUMN last_heartbeat_at TIMESTAMP WITH TIME ZONE
;
DROP INDEX ti_job_id
;
CREATE INDEX ti_heartbeat ON task_instance (last_heartbeat_at)
;
ALTER TABLE task_instance DROP COLUMN job_id
;
ALTER TABLE task_instance_history DROP COLUMN job_id
;
ALTER TABLE dag DROP COLUMN pickle_id
;
ALTER TABLE dag DROP COLUMN last_pickled
;
DROP TABLE dag_pickle
;
delete from dag_code
;
delete from serialized_dag
;
CREATE TABLE dag_version (
	id UUID NOT NULL, 
	version_number INTEGER NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_updated TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT dag_version_pkey PRIMARY KEY (id), 
	CONSTRAINT dag_version_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE, 
	CONSTRAINT dag_id_v_name_v_number_unique_constraint UNIQUE (dag_id, version_number)
)
;
ALTER TABLE dag_code DROP CONSTRAINT dag_code_pkey
;
ALTER TABLE dag_code DROP COLUMN fileloc_hash
;
ALTER TABLE dag_code ADD COLUMN id UUID NOT NULL
;
ALTER TABLE dag_code ADD CONSTRAINT dag_code_pkey PRIMARY KEY (id)
;
ALTER TABLE dag_code ADD COLUMN dag_version_id UUID NOT NULL
;
ALTER TABLE dag_code ADD COLUMN source_code_hash VARCHAR(32) NOT NULL
;
ALTER TABLE dag_code ADD COLUMN dag_id VARCHAR(250) NOT NULL
;
ALTER TABLE dag_code ADD COLUMN created_at TIMESTAMP WITH TIME ZONE NOT NULL
;
ALTER TABLE dag_code ADD CONSTRAINT dag_code_dag_version_id_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE
;
ALTER TABLE dag_code ADD CONSTRAINT dag_code_dag_version_id_uq UNIQUE (dag_version_id)
;
ALTER TABLE serialized_dag DROP CONSTRAINT serialized_dag_pkey
;
DROP INDEX idx_fileloc_hash
;
ALTER TABLE serialized_dag DROP COLUMN fileloc_hash
;
ALTER TABLE serialized_dag DROP COLUMN fileloc
;
ALTER TABLE serialized_dag ADD COLUMN id UUID NOT NULL
;
ALTER TABLE serialized_dag ADD COLUMN dag_version_id UUID NOT NULL
;
ALTER TABLE serialized_dag ADD COLUMN created_at TIMESTAMP WITH TIME ZONE NOT NULL
;
ALTER TABLE serialized_dag ADD CONSTRAINT serialized_dag_pkey PRIMARY KEY (id)
;
ALTER TABLE serialized_dag ADD CONSTRAINT serialized_dag_dag_version_id_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE
;
ALTER TABLE serialized_dag ADD CONSTRAINT serialized_dag_dag_version_id_uq UNIQUE (dag_version_id)
;
ALTER TABLE task_instance ADD COLUMN dag_version_id UUID
;
ALTER TABLE task_instance ADD CONSTRAINT task_instance_dag_version_id_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE
;
ALTER TABLE task_instance_history ADD COLUMN dag_version_id UUID
;
ALTER TABLE dag_run DROP COLUMN dag_hash
;
ALTER TABLE dag_run ADD COLUMN created_dag_version_id UUID
;
ALTER TABLE dag_run ADD CONSTRAINT created_dag_version_id_fkey FOREIGN KEY(created_dag_version_id) REFERENCES dag_version (id) ON DELETE SET NULL
;
CREATE TABLE asset_trigger (
	trigger_id INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	CONSTRAINT asset_trigger_pkey PRIMARY KEY (trigger_id, asset_id), 
	CONSTRAINT asset_trigger_trigger_id_fkey FOREIGN KEY(trigger_id) REFERENCES trigger (id) ON DELETE CASCADE, 
	CONSTRAINT asset_trigger_asset_id_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
)
;
CREATE INDEX idx_asset_trigger_asset_id ON asset_trigger (asset_id)
;
CREATE INDEX idx_asset_trigger_trigger_id ON asset_trigger (trigger_id)
;
CREATE TABLE IF NOT EXISTS _xcom_archive (
	dag_run_id INTEGER NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT -1 NOT NULL, 
	key VARCHAR(512) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	value BYTEA, 
	timestamp TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT _xcom_archive_pkey PRIMARY KEY (dag_run_id, task_id, map_index, key)
)
;
INSERT INTO _xcom_archive (dag_run_id, task_id, map_index, key, dag_id, run_id, value, timestamp)
            SELECT dag_run_id, task_id, map_index, key, dag_id, run_id, value, timestamp
            FROM xcom
            WHERE value IS NOT NULL AND get_byte(value, 0) = 128
;
DELETE FROM xcom WHERE value IS NOT NULL AND get_byte(value, 0) = 128
;
UPDATE xcom
                SET value = convert_to(
                    replace(
                        replace(
                            replace(convert_from(value, 'UTF8'), '\\', chr(1)),
                            '\u0000', ''
                        ),
                        chr(1), '\\'
                    ),
                    'UTF8'
                )
                WHERE value IS NOT NULL AND get_byte(value, 0) != 128
                    -- chr(1) never appears in the JSON text, json.dumps escapes control bytes.
                    -- The chain is an identity without the escape, so those rows are skipped
                    -- rather than rewritten.
                    AND position(convert_to('\u0000', 'UTF8') in value) > 0
;
CREATE OR REPLACE FUNCTION pg_temp._airflow_xcom_needs_nan_fix(txt text)
                RETURNS boolean AS $$
                BEGIN
                    IF txt !~ '(NaN|Infinity)' THEN
                        RETURN false;
                    END IF;
                    PERFORM txt::jsonb;
                    RETURN false;
                EXCEPTION WHEN others THEN
                    RETURN true;
                END;
                $$ LANGUAGE plpgsql
;
UPDATE xcom
                SET value = convert_to(
                    regexp_replace(
                        convert_from(value, 'UTF8'),
                        -- Group 1 is the preceding delimiter, or ^ for a bare scalar value. The
                        -- closing delimiter is a lookahead rather than a consuming group so that
                        -- consecutive tokens in an array ([NaN, Infinity]) each match. NaN and
                        -- Infinity share one pass to avoid a second table scan.
                        '([:,\[]\s*|^)(NaN|-?Infinity)(?=\s*[,}\]]|$)',
                        '\1null',
                        'g'
                    ),
                    'UTF8'
                )
                WHERE value IS NOT NULL AND get_byte(value, 0) != 128
                    AND pg_temp._airflow_xcom_needs_nan_fix(convert_from(value, 'UTF8'))
;
ALTER TABLE xcom
            ALTER COLUMN value TYPE JSONB
            USING CASE
                WHEN value IS NOT NULL THEN CAST(CONVERT_FROM(value, 'UTF8') AS JSONB)
                ELSE NULL
            END
;
CREATE TABLE dag_bundle (
	name VARCHAR(250) NOT NULL, 
	active BOOLEAN, 
	version VARCHAR(200), 
	last_refreshed TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT dag_bundle_pkey PRIMARY KEY (name)
)
;
ALTER TABLE dag ADD COLUMN bundle_name VARCHAR(250)
;
ALTER TABLE dag ADD COLUMN bundle_version VARCHAR(200)
;
ALTER TABLE dag ADD CONSTRAINT dag_bundle_name_fkey FOREIGN KEY(bundle_name) REFERENCES dag_bundle (name)
;
ALTER TABLE dag_run ADD COLUMN bundle_version VARCHAR(250)
;
ALTER TABLE import_error ADD COLUMN bundle_name VARCHAR(250)
;
ALTER TABLE dag_version ADD COLUMN bundle_name VARCHAR(250)
;
ALTER TABLE dag_version ADD COLUMN bundle_version VARCHAR(250)
;
ALTER TABLE task_instance ALTER COLUMN trigger_timeout TYPE TIMESTAMP WITH TIME ZONE
;
CREATE TABLE deadline (
	id UUID NOT NULL, 
	dag_id VARCHAR(250), 
	dagrun_id INTEGER, 
	deadline TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
	callback VARCHAR(500) NOT NULL, 
	callback_kwargs JSON, 
	CONSTRAINT deadline_pkey PRIMARY KEY (id), 
	CONSTRAINT deadline_dagrun_id_fkey FOREIGN KEY(dagrun_id) REFERENCES dag_run (id) ON DELETE CASCADE, 
	CONSTRAINT deadline_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE INDEX deadline_idx ON deadline (deadline)
;
ALTER TABLE callback_request DROP COLUMN processor_subdir
;
ALTER TABLE dag DROP COLUMN processor_subdir
;
ALTER TABLE import_error DROP COLUMN processor_subdir
;
ALTER TABLE serialized_dag DROP COLUMN processor_subdir
;
CREATE TABLE dag_schedule_asset_name_reference (
	name VARCHAR(1500) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT dsanr_pkey PRIMARY KEY (name, dag_id), 
	CONSTRAINT dsanr_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dag_schedule_asset_name_reference_dag_id ON dag_schedule_asset_name_reference (dag_id)
;
CREATE TABLE dag_schedule_asset_uri_reference (
	uri VARCHAR(1500) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT dsaur_pkey PRIMARY KEY (uri, dag_id), 
	CONSTRAINT dsaur_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dag_schedule_asset_uri_reference_dag_id ON dag_schedule_asset_uri_reference (dag_id)
;
ALTER TABLE dag_run ADD COLUMN conf_json JSONB
;
ALTER TABLE dag_run DROP COLUMN conf
;
ALTER TABLE dag_run RENAME conf_json TO conf
;
ALTER TABLE dag ADD COLUMN relative_fileloc VARCHAR(2000)
;
ALTER TABLE task_instance ADD COLUMN scheduled_dttm TIMESTAMP WITH TIME ZONE
;
ALTER TABLE task_instance_history ADD COLUMN scheduled_dttm TIMESTAMP WITH TIME ZONE
;
ALTER TABLE dag_run ADD COLUMN run_after TIMESTAMP WITH TIME ZONE
;
update dag_run set run_after = coalesce(data_interval_end, logical_date)
;
ALTER TABLE dag_run ALTER COLUMN run_after SET NOT NULL
;
CREATE INDEX idx_dag_run_run_after ON dag_run (run_after)
;
ALTER TABLE dag_run DROP COLUMN external_trigger
;
ALTER TABLE task_instance_history ADD COLUMN task_instance_id UUID
;
ALTER TABLE task_instance_history ADD COLUMN try_id UUID
;
UPDATE task_instance_history SET task_instance_id = task_instance.id
            FROM task_instance
            WHERE task_instance_history.task_id = task_instance.task_id
            AND task_instance_history.dag_id = task_instance.dag_id
            AND task_instance_history.run_id = task_instance.run_id
            AND task_instance_history.map_index = task_instance.map_index
;
ALTER TABLE task_instance_history ALTER COLUMN try_id SET NOT NULL
;
ALTER TABLE task_instance_history DROP COLUMN id
;
ALTER TABLE task_instance_history ALTER COLUMN task_instance_id SET NOT NULL
;
ALTER TABLE task_instance_history ADD CONSTRAINT task_instance_history_pkey PRIMARY KEY (try_id)
;
ALTER TABLE task_instance_note ADD COLUMN ti_id UUID
;
UPDATE task_instance_note SET ti_id = task_instance.id
            FROM task_instance
            WHERE task_instance_note.task_id = task_instance.task_id
            AND task_instance_note.dag_id = task_instance.dag_id
            AND task_instance_note.run_id = task_instance.run_id
            AND task_instance_note.map_index = task_instance.map_index
;
ALTER TABLE task_instance_note ALTER COLUMN ti_id SET NOT NULL
;
ALTER TABLE task_instance_note DROP CONSTRAINT task_instance_note_ti_fkey
;
ALTER TABLE task_instance_note DROP CONSTRAINT task_instance_note_pkey
;
ALTER TABLE task_instance_note DROP COLUMN map_index
;
ALTER TABLE task_instance_note DROP COLUMN dag_id
;
ALTER TABLE task_instance_note DROP COLUMN task_id
;
ALTER TABLE task_instance_note DROP COLUMN run_id
;
ALTER TABLE task_instance_note ADD CONSTRAINT task_instance_note_pkey PRIMARY KEY (ti_id)
;
ALTER TABLE task_instance_note ADD CONSTRAINT task_instance_note_ti_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE
;
ALTER TABLE dag DROP COLUMN default_view
;
ALTER TABLE task_reschedule ADD COLUMN ti_id UUID
;
UPDATE task_reschedule SET ti_id = task_instance.id
            FROM task_instance
            WHERE task_reschedule.task_id = task_instance.task_id
            AND task_reschedule.dag_id = task_instance.dag_id
            AND task_reschedule.run_id = task_instance.run_id
            AND task_reschedule.map_index = task_instance.map_index
;
ALTER TABLE task_reschedule ALTER COLUMN ti_id SET NOT NULL
;
ALTER TABLE task_reschedule DROP CONSTRAINT task_reschedule_ti_fkey
;
ALTER TABLE task_reschedule DROP CONSTRAINT task_reschedule_dr_fkey
;
ALTER TABLE task_reschedule ADD CONSTRAINT task_reschedule_ti_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE
;
DROP INDEX idx_task_reschedule_dag_run
;
DROP INDEX idx_task_reschedule_dag_task_run
;
ALTER TABLE task_reschedule DROP COLUMN map_index
;
ALTER TABLE task_reschedule DROP COLUMN dag_id
;
ALTER TABLE task_reschedule DROP COLUMN task_id
;
ALTER TABLE task_reschedule DROP COLUMN run_id
;
DELETE FROM dag_priority_parsing_request
;
ALTER TABLE dag_priority_parsing_request ADD COLUMN bundle_name VARCHAR(250) NOT NULL
;
ALTER TABLE dag_priority_parsing_request ADD COLUMN relative_fileloc VARCHAR(2000) NOT NULL
;
ALTER TABLE dag_priority_parsing_request DROP COLUMN fileloc
;
ALTER TABLE dag_run ADD COLUMN scheduled_by_job_id INTEGER
;
ALTER TABLE dag_run ADD COLUMN context_carrier JSONB
;
ALTER TABLE dag_run ADD COLUMN span_status VARCHAR(250) DEFAULT 'not_started' NOT NULL
;
ALTER TABLE task_instance ADD COLUMN context_carrier JSONB
;
ALTER TABLE task_instance ADD COLUMN span_status VARCHAR(250) DEFAULT 'not_started' NOT NULL
;
ALTER TABLE task_instance_history ADD COLUMN context_carrier JSONB
;
ALTER TABLE task_instance_history ADD COLUMN span_status VARCHAR(250) DEFAULT 'not_started' NOT NULL
;
update dag_run set run_type = 'asset_triggered' where run_type = 'dataset_triggered'
;
ALTER TABLE dag ALTER COLUMN is_active TYPE BOOLEAN
;
ALTER TABLE dag RENAME is_active TO is_stale
;
UPDATE dag SET is_stale = NOT is_stale
;
CREATE INDEX idx_tih_dag_run ON task_instance_history (dag_id, run_id)
;
ALTER TABLE task_instance_history DROP COLUMN task_instance_id
;
ALTER TABLE task_instance_history RENAME try_id TO task_instance_id
;
ALTER TABLE task_instance_note DROP CONSTRAINT task_instance_note_ti_fkey
;
ALTER TABLE task_instance_note ADD CONSTRAINT task_instance_note_ti_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE ON UPDATE CASCADE
;
ALTER TABLE task_reschedule DROP COLUMN try_number
;
DELETE FROM import_error
;
ALTER TABLE dag ADD COLUMN deadline JSON
;
DROP INDEX deadline_idx
;
ALTER TABLE deadline ALTER COLUMN deadline TYPE TIMESTAMP WITH TIME ZONE
;
ALTER TABLE deadline RENAME deadline TO deadline_time
;
CREATE INDEX deadline_time_idx ON deadline (deadline_time)
;
ALTER TABLE task_instance DROP CONSTRAINT task_instance_dag_version_id_fkey
;
ALTER TABLE task_instance ADD CONSTRAINT task_instance_dag_version_id_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE RESTRICT
;
CREATE TABLE task_inlet_asset_reference (
	asset_id INTEGER NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT tiar_pkey PRIMARY KEY (asset_id, dag_id, task_id), 
	CONSTRAINT tiar_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE, 
	CONSTRAINT tiar_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE INDEX idx_task_inlet_asset_reference_dag_id ON task_inlet_asset_reference (dag_id)
;
ALTER TABLE backfill ADD COLUMN triggering_user_name VARCHAR(512)
;
ALTER TABLE dag_run ADD COLUMN triggering_user_name VARCHAR(512)
;
CREATE TABLE dag_favorite (
	user_id VARCHAR(250) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	CONSTRAINT dag_favorite_pkey PRIMARY KEY (user_id, dag_id), 
	CONSTRAINT dag_favorite_dag_id_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
)
;
CREATE TABLE hitl_detail (
	ti_id UUID NOT NULL, 
	options JSON NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT, 
	defaults JSON, 
	multiple BOOLEAN, 
	params JSON NOT NULL, 
	assignees JSON, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	responded_at TIMESTAMP WITH TIME ZONE, 
	responded_by JSON, 
	chosen_options JSON, 
	params_input JSON NOT NULL, 
	CONSTRAINT hitl_detail_pkey PRIMARY KEY (ti_id), 
	CONSTRAINT hitl_detail_ti_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE ON UPDATE CASCADE
)
;
ALTER TABLE deadline ADD COLUMN trigger_id INTEGER
;
ALTER TABLE deadline ADD CONSTRAINT deadline_trigger_id_fkey FOREIGN KEY(trigger_id) REFERENCES trigger (id)
;
ALTER TABLE deadline ADD COLUMN callback_state VARCHAR(20)
;
DROP INDEX deadline_time_idx
;
CREATE INDEX deadline_callback_state_time_idx ON deadline (callback_state, deadline_time)
;
ALTER TABLE dag_bundle ADD COLUMN signed_url_template VARCHAR(200)
;
ALTER TABLE dag_bundle ADD COLUMN template_params JSON
;
ALTER TABLE deadline ADD COLUMN callback_new JSON
;
ALTER TABLE deadline DROP COLUMN callback
;
ALTER TABLE deadline DROP COLUMN callback_kwargs
;
ALTER TABLE deadline ALTER COLUMN callback_new SET NOT NULL
;
ALTER TABLE deadline RENAME callback_new TO callback
;
ALTER TABLE deadline DROP CONSTRAINT deadline_dag_id_fkey
;
ALTER TABLE deadline DROP COLUMN dag_id
;
INSERT INTO dag_bundle (name) VALUES
                    ('example_dags'),
                    ('dags-folder')
                ON CONFLICT (name) DO NOTHING
;
UPDATE dag
                SET bundle_name =
                    CASE
                        WHEN fileloc LIKE '%/airflow/example_dags/%' THEN 'example_dags'
                        ELSE 'dags-folder'
                    END
                WHERE bundle_name IS NULL
;
ALTER TABLE dag DROP CONSTRAINT dag_bundle_name_fkey
;
ALTER TABLE dag ALTER COLUMN bundle_name SET NOT NULL
;
ALTER TABLE dag_bundle ALTER COLUMN name SET NOT NULL
;
ALTER TABLE dag ADD CONSTRAINT dag_bundle_name_fkey FOREIGN KEY(bundle_name) REFERENCES dag_bundle (name)
;
CREATE TABLE team (
	id UUID NOT NULL, 
	name VARCHAR(50) NOT NULL, 
	CONSTRAINT team_pkey PRIMARY KEY (id), 
	CONSTRAINT team_name_uq UNIQUE (name)
)
;
CREATE TABLE dag_bundle_team (
	dag_bundle_name VARCHAR(250) NOT NULL, 
	team_id UUID NOT NULL, 
	CONSTRAINT dag_bundle_team_pkey PRIMARY KEY (dag_bundle_name, team_id), 
	CONSTRAINT dag_bundle_team_dag_bundle_name_fkey FOREIGN KEY(dag_bundle_name) REFERENCES dag_bundle (name) ON DELETE CASCADE, 
	CONSTRAINT dag_bundle_team_team_id_fkey FOREIGN KEY(team_id) REFERENCES team (id) ON DELETE CASCADE
)
;
CREATE INDEX idx_dag_bundle_team_team_id ON dag_bundle_team (team_id)
;
CREATE UNIQUE INDEX idx_dag_bundle_team_dag_bundle_name ON dag_bundle_team (dag_bundle_name)
;
ALTER TABLE connection ADD COLUMN team_id UUID
;
ALTER TABLE connection ADD CONSTRAINT connection_team_id_fkey FOREIGN KEY(team_id) REFERENCES team (id)
;
ALTER TABLE variable ADD COLUMN team_id UUID
;
ALTER TABLE variable ADD CONSTRAINT variable_team_id_fkey FOREIGN KEY(team_id) REFERENCES team (id)
;
ALTER TABLE slot_pool ADD COLUMN team_id UUID
;
ALTER TABLE slot_pool ADD CONSTRAINT slot_pool_team_id_fkey FOREIGN KEY(team_id) REFERENCES team (id)
;
ALTER TABLE dag ADD COLUMN last_parse_duration FLOAT
;
CREATE INDEX idx_task_reschedule_ti_id_id_desc ON task_reschedule (ti_id, id DESC)
;
ALTER TABLE dag_bundle ALTER COLUMN signed_url_template TYPE TEXT
;
DROP TABLE IF EXISTS asset_trigger
;
CREATE TABLE asset_watcher (
	name VARCHAR(1500) NOT NULL, 
	asset_id INTEGER NOT NULL, 
	trigger_id INTEGER NOT NULL, 
	CONSTRAINT asset_watcher_pkey PRIMARY KEY (asset_id, trigger_id), 
	CONSTRAINT awm_asset_id_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE, 
	CONSTRAINT awm_trigger_id_fkey FOREIGN KEY(trigger_id) REFERENCES trigger (id) ON DELETE CASCADE
)
;
CREATE INDEX idx_awm_trigger_id ON asset_watcher (trigger_id)
;
ALTER TABLE serialized_dag
            ALTER COLUMN data TYPE JSONB
            USING data::JSONB
;
ALTER TABLE dag_bundle_team ALTER COLUMN dag_bundle_name TYPE VARCHAR(250)
;
CREATE TABLE hitl_detail_history (
	ti_history_id UUID NOT NULL, 
	options JSON NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT, 
	defaults JSON, 
	multiple BOOLEAN, 
	params JSON NOT NULL, 
	assignees JSON, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	responded_at TIMESTAMP WITH TIME ZONE, 
	responded_by JSON, 
	chosen_options JSON, 
	params_input JSON NOT NULL, 
	CONSTRAINT hitl_detail_history_pkey PRIMARY KEY (ti_history_id), 
	CONSTRAINT hitl_detail_history_tih_fkey FOREIGN KEY(ti_history_id) REFERENCES task_instance_history (task_instance_id) ON DELETE CASCADE ON UPDATE CASCADE
)
;
ALTER TABLE dag ADD COLUMN fail_fast BOOLEAN DEFAULT '0' NOT NULL
;
DELETE FROM callback_request
;
ALTER TABLE callback_request RENAME TO callback
;
ALTER TABLE callback ADD COLUMN type VARCHAR(20) NOT NULL
;
ALTER TABLE callback ADD COLUMN fetch_method VARCHAR(20) NOT NULL
;
ALTER TABLE callback ADD COLUMN data JSONB NOT NULL
;
ALTER TABLE callback ADD COLUMN state VARCHAR(10)
;
ALTER TABLE callback ADD COLUMN output TEXT
;
ALTER TABLE callback ADD COLUMN trigger_id INTEGER
;
ALTER TABLE callback ADD CONSTRAINT callback_trigger_id_fkey FOREIGN KEY(trigger_id) REFERENCES trigger (id)
;
ALTER TABLE callback DROP COLUMN id
;
ALTER TABLE callback ADD COLUMN id UUID NOT NULL
;
ALTER TABLE callback ADD CONSTRAINT callback_pkey PRIMARY KEY (id)
;
ALTER TABLE callback DROP COLUMN callback_data
;
ALTER TABLE callback DROP COLUMN callback_type
;
ALTER TABLE deadline ADD COLUMN missed BOOLEAN
;
ALTER TABLE deadline ADD COLUMN callback_id UUID
;
WITH batch AS (
                    SELECT
                        d.id AS deadline_id,
                        gen_random_uuid() AS callback_id,
                        COALESCE(dr.dag_id, '') AS dag_id,
                        COALESCE(d.callback::jsonb->'__data__'->>'path', '') AS cb_path,
                        COALESCE(NULLIF(d.callback::jsonb->'__data__'->'kwargs', 'null'::jsonb), '{}'::jsonb) AS cb_kwargs,
                        CASE
                            WHEN d.callback_state IN (%(state_success)s, %(state_failed)s) THEN d.callback_state
                            ELSE %(state_pending)s
                        END AS cb_state,
                        COALESCE(d.callback_state IN (%(state_success)s, %(state_failed)s), FALSE) AS missed
                    FROM deadline d
                    LEFT JOIN dag_run dr ON d.dagrun_id = dr.id
                    WHERE d.id > %(last_id)s
                    ORDER BY d.id
                    LIMIT %(batch_size)s
                ),
                ins AS (
                    INSERT INTO callback (id, type, fetch_method, data, state, priority_weight, created_at)
                    SELECT
                        b.callback_id,
                        %(cb_type)s,
                        %(fetch_method)s,
                        json_build_object(
                            '__var', json_build_object(
                                'path', b.cb_path,
                                'kwargs', b.cb_kwargs,
                                'prefix', %(prefix)s,
                                'dag_id', b.dag_id
                            ),
                            '__type', 'dict'
                        )::json,
                        b.cb_state,
                        1,
                        %(ts)s
                    FROM batch b
                )
                UPDATE deadline d
                SET callback_id = b.callback_id,
                    missed = b.missed
                FROM batch b
                WHERE d.id = b.deadline_id
                RETURNING d.id
;
ALTER TABLE deadline ALTER COLUMN missed SET NOT NULL
;
ALTER TABLE deadline ALTER COLUMN callback_id SET NOT NULL
;
CREATE INDEX deadline_missed_deadline_time_idx ON deadline (missed, deadline_time)
;
CREATE INDEX deadline_callback_id_idx ON deadline (callback_id)
;
DROP INDEX deadline_callback_state_time_idx
;
ALTER TABLE deadline ADD CONSTRAINT deadline_callback_id_fkey FOREIGN KEY(callback_id) REFERENCES callback (id) ON DELETE CASCADE
;
ALTER TABLE deadline DROP CONSTRAINT deadline_trigger_id_fkey
;
ALTER TABLE deadline DROP COLUMN callback
;
ALTER TABLE deadline DROP COLUMN trigger_id
;
ALTER TABLE deadline DROP COLUMN callback_state
;
CREATE TABLE partitioned_asset_key_log (
	id SERIAL NOT NULL, 
	asset_id INTEGER NOT NULL, 
	asset_event_id INTEGER NOT NULL, 
	asset_partition_dag_run_id INTEGER NOT NULL, 
	source_partition_key VARCHAR(250) NOT NULL, 
	target_dag_id VARCHAR(250) NOT NULL, 
	target_partition_key VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT partitioned_asset_key_log_pkey PRIMARY KEY (id)
)
;
CREATE TABLE asset_partition_dag_run (
	id SERIAL NOT NULL, 
	target_dag_id VARCHAR(250) NOT NULL, 
	created_dag_run_id INTEGER, 
	partition_key VARCHAR(250) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT asset_partition_dag_run_pkey PRIMARY KEY (id), 
	CONSTRAINT apdr_created_dag_run_id_fkey FOREIGN KEY(created_dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE
)
;
ALTER TABLE asset_event ADD COLUMN partition_key VARCHAR(250)
;
ALTER TABLE dag_run ADD COLUMN partition_key VARCHAR(250)
;
ALTER TABLE connection DROP CONSTRAINT connection_team_id_fkey
;
ALTER TABLE variable DROP CONSTRAINT variable_team_id_fkey
;
ALTER TABLE slot_pool DROP CONSTRAINT slot_pool_team_id_fkey
;
ALTER TABLE dag_bundle_team DROP CONSTRAINT dag_bundle_team_team_id_fkey
;
DROP INDEX idx_dag_bundle_team_team_id
;
ALTER TABLE connection ALTER COLUMN team_id TYPE VARCHAR(50)
;
ALTER TABLE connection ALTER COLUMN team_id DROP NOT NULL
;
ALTER TABLE connection RENAME team_id TO team_name
;
ALTER TABLE variable ALTER COLUMN team_id TYPE VARCHAR(50)
;
ALTER TABLE variable ALTER COLUMN team_id DROP NOT NULL
;
ALTER TABLE variable RENAME team_id TO team_name
;
ALTER TABLE slot_pool ALTER COLUMN team_id TYPE VARCHAR(50)
;
ALTER TABLE slot_pool ALTER COLUMN team_id DROP NOT NULL
;
ALTER TABLE slot_pool RENAME team_id TO team_name
;
ALTER TABLE dag_bundle_team ALTER COLUMN team_id TYPE VARCHAR(50)
;
ALTER TABLE dag_bundle_team ALTER COLUMN team_id SET NOT NULL
;
ALTER TABLE dag_bundle_team RENAME team_id TO team_name
;
ALTER TABLE team DROP CONSTRAINT team_pkey
;
ALTER TABLE team DROP CONSTRAINT team_name_uq
;
ALTER TABLE team DROP COLUMN id
;
ALTER TABLE team ADD CONSTRAINT team_pkey PRIMARY KEY (name)
;
CREATE INDEX idx_dag_bundle_team_team_name ON dag_bundle_team (team_name)
;
ALTER TABLE dag_bundle_team ADD CONSTRAINT dag_bundle_team_team_name_fkey FOREIGN KEY(team_name) REFERENCES team (name) ON DELETE CASCADE
;
ALTER TABLE connection ADD CONSTRAINT connection_team_name_fkey FOREIGN KEY(team_name) REFERENCES team (name) ON DELETE SET NULL
;
ALTER TABLE variable ADD CONSTRAINT variable_team_name_fkey FOREIGN KEY(team_name) REFERENCES team (name) ON DELETE SET NULL
;
ALTER TABLE slot_pool ADD CONSTRAINT slot_pool_team_name_fkey FOREIGN KEY(team_name) REFERENCES team (name) ON DELETE SET NULL
;
UPDATE log SET event = '' WHERE event IS NULL
;
UPDATE dag SET is_stale = false WHERE is_stale IS NULL
;
ALTER TABLE log ALTER COLUMN event SET NOT NULL
;
ALTER TABLE dag ALTER COLUMN is_stale SET NOT NULL
;
ALTER TABLE trigger ADD COLUMN queue VARCHAR(256)
;
ALTER TABLE dag ADD COLUMN exceeds_max_non_backfill BOOLEAN DEFAULT '0' NOT NULL
;
ALTER TABLE dag ADD COLUMN timetable_type VARCHAR(255)
;
UPDATE dag SET timetable_type = '' WHERE timetable_type IS NULL
;
ALTER TABLE dag ALTER COLUMN timetable_type SET NOT NULL
;
CREATE TABLE deadline_alert (
	id UUID NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	serialized_dag_id UUID NOT NULL, 
	name VARCHAR(250), 
	description TEXT, 
	reference JSON NOT NULL, 
	interval FLOAT NOT NULL, 
	callback_def JSON NOT NULL, 
	CONSTRAINT deadline_alert_pkey PRIMARY KEY (id)
)
;
ALTER TABLE deadline ADD COLUMN deadline_alert_id UUID
;
ALTER TABLE deadline ADD COLUMN created_at TIMESTAMP WITH TIME ZONE
;
ALTER TABLE deadline ADD COLUMN last_updated_at TIMESTAMP WITH TIME ZONE
;
ALTER TABLE deadline ADD CONSTRAINT deadline_deadline_alert_id_fkey FOREIGN KEY(deadline_alert_id) REFERENCES deadline_alert (id) ON DELETE SET NULL
;
UPDATE deadline
            SET created_at = %(now)s, last_updated_at = %(now)s
            WHERE created_at IS NULL OR last_updated_at IS NULL
;
ALTER TABLE deadline ALTER COLUMN created_at SET NOT NULL
;
ALTER TABLE deadline ALTER COLUMN last_updated_at SET NOT NULL
;
ALTER TABLE deadline_alert ADD CONSTRAINT deadline_alert_serialized_dag_id_fkey FOREIGN KEY(serialized_dag_id) REFERENCES serialized_dag (id) ON DELETE CASCADE
;
CREATE INDEX tmp_deadline_dagrun_id_idx ON deadline (dagrun_id)
;
DROP INDEX tmp_deadline_dagrun_id_idx
;
ALTER TABLE task_instance ALTER COLUMN external_executor_id TYPE TEXT
;
ALTER TABLE task_instance_history ALTER COLUMN external_executor_id TYPE TEXT
;
CREATE TABLE revoked_token (
	jti VARCHAR(32) NOT NULL, 
	exp TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT revoked_token_pkey PRIMARY KEY (jti)
)
;
CREATE INDEX idx_revoked_token_exp ON revoked_token (exp)
;
ALTER TABLE dag ADD COLUMN allowed_run_types JSON
;
ALTER TABLE dag_run ADD COLUMN created_at TIMESTAMP WITH TIME ZONE
;
ALTER TABLE backfill_dag_run ADD COLUMN partition_key VARCHAR(250)
;
ALTER TABLE backfill_dag_run ALTER COLUMN logical_date DROP NOT NULL
;
ALTER TABLE dag ADD COLUMN timetable_partitioned BOOLEAN DEFAULT '0' NOT NULL
;
ALTER TABLE dag ADD COLUMN next_dagrun_partition_key VARCHAR(255)
;
ALTER TABLE dag ADD COLUMN next_dagrun_partition_date TIMESTAMP WITH TIME ZONE
;
ALTER TABLE dag_run ADD COLUMN partition_date TIMESTAMP WITH TIME ZONE
;
UPDATE connection SET is_encrypted = FALSE WHERE is_encrypted IS NULL
;
UPDATE connection SET is_extra_encrypted = FALSE WHERE is_extra_encrypted IS NULL
;
UPDATE dag SET is_paused = FALSE WHERE is_paused IS NULL
;
UPDATE slot_pool SET slots = 0 WHERE slots IS NULL
;
UPDATE task_instance SET try_number = 0 WHERE try_number IS NULL
;
UPDATE task_instance SET max_tries = -1 WHERE max_tries IS NULL
;
UPDATE variable SET val = '' WHERE val IS NULL
;
UPDATE variable SET is_encrypted = FALSE WHERE is_encrypted IS NULL
;
UPDATE variable SET key = '__airflow_var_fix_888b59e02a5b_' || id WHERE key IS NULL
;
ALTER TABLE connection ALTER COLUMN is_encrypted SET NOT NULL
;
ALTER TABLE connection ALTER COLUMN is_extra_encrypted SET NOT NULL
;
ALTER TABLE dag ALTER COLUMN is_paused SET NOT NULL
;
ALTER TABLE slot_pool ALTER COLUMN slots SET NOT NULL
;
ALTER TABLE task_instance ALTER COLUMN try_number SET NOT NULL
;
ALTER TABLE task_instance ALTER COLUMN max_tries SET NOT NULL
;
ALTER TABLE variable ALTER COLUMN key SET NOT NULL
;
ALTER TABLE variable ALTER COLUMN val SET NOT NULL
;
ALTER TABLE variable ALTER COLUMN is_encrypted SET NOT NULL
;
ALTER TABLE callback ADD COLUMN bundle_name VARCHAR(250)
;
ALTER TABLE xcom ADD COLUMN dag_result BOOLEAN
;
ALTER TABLE dag ADD COLUMN timetable_periodic BOOLEAN DEFAULT '0' NOT NULL
;
CREATE TABLE asset_state_store (
	asset_id INTEGER NOT NULL, 
	key VARCHAR(512) NOT NULL, 
	value TEXT NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_updated_by_kind VARCHAR(16), 
	last_updated_by_dag_id VARCHAR(250), 
	last_updated_by_run_id VARCHAR(250), 
	last_updated_by_task_id VARCHAR(250), 
	last_updated_by_map_index INTEGER, 
	CONSTRAINT asset_state_store_pkey PRIMARY KEY (asset_id, key), 
	CONSTRAINT asset_state_store_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
)
;
CREATE TABLE task_state_store (
	id SERIAL NOT NULL, 
	dag_run_id INTEGER NOT NULL, 
	task_id VARCHAR(250) NOT NULL, 
	map_index INTEGER DEFAULT '-1' NOT NULL, 
	key VARCHAR(512) NOT NULL, 
	dag_id VARCHAR(250) NOT NULL, 
	run_id VARCHAR(250) NOT NULL, 
	value TEXT NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT task_state_store_pkey PRIMARY KEY (id), 
	CONSTRAINT task_state_store_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE, 
	CONSTRAINT task_state_store_uq UNIQUE (dag_run_id, task_id, map_index, key)
)
;
CREATE INDEX idx_task_state_store_lookup ON task_state_store (dag_id, run_id, task_id, map_index)
;
CREATE INDEX idx_task_state_store_expires_at ON task_state_store (expires_at)
;
ALTER TABLE task_instance ADD COLUMN retry_delay_override FLOAT
;
ALTER TABLE task_instance ADD COLUMN retry_reason VARCHAR(500)
;
ALTER TABLE task_instance_history ADD COLUMN retry_delay_override FLOAT
;
ALTER TABLE task_instance_history ADD COLUMN retry_reason VARCHAR(500)
;
ALTER TABLE dag_schedule_asset_reference ADD COLUMN allow_producer_teams JSON
;
ALTER TABLE dag_schedule_asset_reference ADD COLUMN allow_global_producers BOOLEAN DEFAULT true NOT NULL
;
ALTER TABLE dag_version ADD COLUMN version_data JSON
;
ALTER TABLE trigger ADD COLUMN team_name VARCHAR(50)
;
CREATE INDEX idx_trigger_team_name ON trigger (team_name)
;
ALTER TABLE trigger ADD CONSTRAINT trigger_team_name_fkey FOREIGN KEY(team_name) REFERENCES team (name) ON DELETE SET NULL
;
ALTER TABLE deadline_alert ALTER COLUMN interval TYPE JSON USING to_json(interval)
;
UPDATE deadline_alert
            SET interval = json_build_object(
                '__classname__', 'datetime.timedelta',
                '__version__', 2,
                '__data__', (interval::text)::float
            )
            WHERE jsonb_typeof(interval::jsonb) = 'number'
;
CREATE TABLE connection_test_request (
	id UUID NOT NULL, 
	token VARCHAR(64) NOT NULL, 
	connection_id VARCHAR(250) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	result_message VARCHAR(2000), 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	executor VARCHAR(256), 
	queue VARCHAR(256), 
	conn_type VARCHAR(500) NOT NULL, 
	host VARCHAR(500), 
	login TEXT, 
	password TEXT, 
	schema VARCHAR(500), 
	port INTEGER, 
	extra TEXT, 
	is_encrypted BOOLEAN DEFAULT '0' NOT NULL, 
	is_extra_encrypted BOOLEAN DEFAULT '0' NOT NULL, 
	commit_on_success BOOLEAN DEFAULT '0' NOT NULL, 
	active_connection_id VARCHAR(250), 
	team_name VARCHAR(50), 
	CONSTRAINT connection_test_request_pkey PRIMARY KEY (id), 
	CONSTRAINT connection_test_request_token_uq UNIQUE (token), 
	CONSTRAINT uq_connection_test_request_active_conn UNIQUE (active_connection_id)
)
;
CREATE INDEX idx_connection_test_request_state_created_at ON connection_test_request (state, created_at)
;
ALTER TABLE task_outlet_asset_reference ADD COLUMN allow_consumer_teams JSON
;
ALTER TABLE task_outlet_asset_reference ADD COLUMN allow_global_consumers BOOLEAN DEFAULT true NOT NULL
;
ALTER TABLE dag ADD COLUMN partition_mapper_info JSON
;
UPDATE dag SET partition_mapper_info = '[]' WHERE partition_mapper_info IS NULL
;
ALTER TABLE dag ALTER COLUMN partition_mapper_info SET NOT NULL
;
ALTER TABLE asset_partition_dag_run ADD COLUMN rollup_fingerprint JSON
;
CREATE INDEX idx_pakl_apdr_id ON partitioned_asset_key_log (asset_partition_dag_run_id)
;
CREATE INDEX idx_dag_run_created_dag_version_id ON dag_run (created_dag_version_id)
;
CREATE INDEX ti_dag_version_id ON task_instance (dag_version_id)
;
ALTER TABLE asset_partition_dag_run ADD COLUMN partition_date TIMESTAMP WITH TIME ZONE
;
