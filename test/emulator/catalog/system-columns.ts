/** Columns of the sys views that the emulator has, in the order of SQL Server 2022. Source: the views' own pages on learn.microsoft.com. */
export const SYSTEM_COLUMNS: Readonly<Record<string, string>> = {
  "sys.objects": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published`,
  "sys.all_objects": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published`,
  "sys.tables": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published lob_data_space_id filestream_data_space_id max_column_id_used
    lock_on_bulk_load uses_ansi_nulls is_replicated has_replication_filter is_merge_published
    is_sync_tran_subscribed has_unchecked_assembly_data text_in_row_limit large_value_types_out_of_row
    is_tracked_by_cdc lock_escalation lock_escalation_desc is_filetable is_memory_optimized durability
    durability_desc temporal_type temporal_type_desc history_table_id is_remote_data_archive_enabled is_external
    history_retention_period history_retention_period_unit history_retention_period_unit_desc is_node is_edge
    data_retention_period data_retention_period_unit data_retention_period_unit_desc ledger_type ledger_type_desc
    ledger_view_id is_dropped_ledger_table`,
  "sys.columns": `
    object_id name column_id system_type_id user_type_id max_length precision scale collation_name is_nullable
    is_ansi_padded is_rowguidcol is_identity is_computed is_filestream is_replicated is_non_sql_subscribed
    is_merge_published is_dts_replicated is_xml_document xml_collection_id default_object_id rule_object_id
    is_sparse is_column_set generated_always_type generated_always_type_desc encryption_type encryption_type_desc
    encryption_algorithm_name column_encryption_key_id column_encryption_key_database_name is_hidden is_masked
    graph_type graph_type_desc is_data_deletion_filter_column ledger_view_column_type ledger_view_column_type_desc
    is_dropped_ledger_column`,
  "sys.all_columns": `
    object_id name column_id system_type_id user_type_id max_length precision scale collation_name is_nullable
    is_ansi_padded is_rowguidcol is_identity is_computed is_filestream is_replicated is_non_sql_subscribed
    is_merge_published is_dts_replicated is_xml_document xml_collection_id default_object_id rule_object_id
    is_sparse is_column_set generated_always_type generated_always_type_desc encryption_type encryption_type_desc
    encryption_algorithm_name column_encryption_key_id column_encryption_key_database_name is_hidden is_masked
    graph_type graph_type_desc is_data_deletion_filter_column ledger_view_column_type ledger_view_column_type_desc
    is_dropped_ledger_column`,
  "sys.types": `
    name system_type_id user_type_id schema_id principal_id max_length precision scale collation_name is_nullable
    is_user_defined is_assembly_type default_object_id rule_object_id is_table_type`,
  "sys.schemas": `
    name schema_id principal_id`,
  "sys.indexes": `
    object_id name index_id type type_desc is_unique data_space_id ignore_dup_key is_primary_key
    is_unique_constraint fill_factor is_padded is_disabled is_hypothetical is_ignored_in_optimization
    allow_row_locks allow_page_locks has_filter filter_definition compression_delay suppress_dup_key_messages
    auto_created optimize_for_sequential_key`,
  "sys.index_columns": `
    object_id index_id index_column_id column_id key_ordinal partition_ordinal is_descending_key
    is_included_column column_store_order_ordinal`,
  "sys.key_constraints": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published unique_index_id is_system_named is_enforced`,
  "sys.default_constraints": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published parent_column_id definition is_system_named`,
  "sys.check_constraints": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published is_disabled is_not_for_replication is_not_trusted parent_column_id definition
    uses_database_collation is_system_named`,
  "sys.foreign_keys": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published referenced_object_id key_index_id is_disabled is_not_for_replication
    is_not_trusted delete_referential_action delete_referential_action_desc update_referential_action
    update_referential_action_desc is_system_named`,
  "sys.foreign_key_columns": `
    constraint_object_id constraint_column_id parent_object_id parent_column_id referenced_object_id
    referenced_column_id`,
  "sys.computed_columns": `
    object_id name column_id system_type_id user_type_id max_length precision scale collation_name is_nullable
    is_ansi_padded is_rowguidcol is_identity is_filestream is_replicated is_non_sql_subscribed is_merge_published
    is_dts_replicated is_xml_document xml_collection_id default_object_id rule_object_id definition
    uses_database_collation is_persisted is_computed is_sparse is_column_set generated_always_type
    generated_always_type_desc encryption_type encryption_type_desc encryption_algorithm_name
    column_encryption_key_id column_encryption_key_database_name is_hidden is_masked graph_type graph_type_desc
    is_data_deletion_filter_column ledger_view_column_type ledger_view_column_type_desc is_dropped_ledger_column`,
  "sys.identity_columns": `
    object_id name column_id system_type_id user_type_id max_length precision scale collation_name is_nullable
    is_ansi_padded is_rowguidcol is_identity is_filestream is_replicated is_non_sql_subscribed is_merge_published
    is_dts_replicated is_xml_document xml_collection_id default_object_id rule_object_id seed_value
    increment_value last_value is_not_for_replication is_computed is_sparse is_column_set generated_always_type
    generated_always_type_desc encryption_type encryption_type_desc encryption_algorithm_name
    column_encryption_key_id column_encryption_key_database_name is_hidden is_masked graph_type graph_type_desc
    is_data_deletion_filter_column ledger_view_column_type ledger_view_column_type_desc is_dropped_ledger_column`,
  "sys.views": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published is_replicated has_replication_filter has_opaque_metadata
    has_unchecked_assembly_data with_check_option is_date_correlation_view is_tracked_by_cdc has_snapshot
    ledger_view_type ledger_view_type_desc is_dropped_ledger_view`,
  "sys.all_views": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published is_replicated has_replication_filter has_opaque_metadata
    has_unchecked_assembly_data with_check_option is_date_correlation_view is_tracked_by_cdc has_snapshot
    ledger_view_type ledger_view_type_desc is_dropped_ledger_view`,
  "sys.procedures": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published is_auto_executed is_execution_replicated is_repl_serializable_only
    skips_repl_constraints`,
  "sys.sql_modules": `
    object_id definition uses_ansi_nulls uses_quoted_identifier is_schema_bound uses_database_collation
    is_recompiled null_on_null_input execute_as_principal_id uses_native_compilation inline_type is_inlineable`,
  "sys.all_sql_modules": `
    object_id definition uses_ansi_nulls uses_quoted_identifier is_schema_bound uses_database_collation
    is_recompiled null_on_null_input execute_as_principal_id uses_native_compilation inline_type is_inlineable`,
  "sys.triggers": `
    name object_id parent_class parent_class_desc parent_id type type_desc create_date modify_date is_ms_shipped
    is_disabled is_not_for_replication is_instead_of_trigger`,
  "sys.trigger_events": `
    object_id type type_desc is_first is_last event_group_type event_group_type_desc is_trigger_event`,
  "sys.numbered_procedures": "object_id procedure_number definition",
  "sys.numbered_procedure_parameters": `
    object_id procedure_number name parameter_id system_type_id user_type_id max_length precision scale is_output
    is_cursor_ref`,
  "sys.sql_expression_dependencies": `
    referencing_id referencing_minor_id referencing_class referencing_class_desc is_schema_bound_reference
    referenced_class referenced_class_desc referenced_server_name referenced_database_name referenced_schema_name
    referenced_entity_name referenced_id referenced_minor_id is_caller_dependent is_ambiguous`,
  "sys.parameters": `
    object_id name parameter_id system_type_id user_type_id max_length precision scale is_output is_cursor_ref
    has_default_value is_xml_document default_value xml_collection_id is_readonly is_nullable encryption_type
    encryption_type_desc encryption_algorithm_name column_encryption_key_id column_encryption_key_database_name`,
  "sys.synonyms": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published base_object_name`,
  "sys.sequences": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published start_value increment minimum_value maximum_value is_cycling is_cached
    cache_size system_type_id user_type_id precision scale current_value is_exhausted last_used_value`,
  "sys.table_types": `
    name system_type_id user_type_id schema_id principal_id max_length precision scale collation_name is_nullable
    is_user_defined is_assembly_type default_object_id rule_object_id is_table_type type_table_object_id
    is_memory_optimized`,
  "sys.databases": `
    name database_id source_database_id owner_sid create_date compatibility_level collation_name user_access
    user_access_desc is_read_only is_auto_close_on is_auto_shrink_on state state_desc is_in_standby
    is_cleanly_shutdown is_supplemental_logging_enabled snapshot_isolation_state snapshot_isolation_state_desc
    is_read_committed_snapshot_on recovery_model recovery_model_desc page_verify_option page_verify_option_desc
    is_auto_create_stats_on is_auto_create_stats_incremental_on is_auto_update_stats_on
    is_auto_update_stats_async_on is_ansi_null_default_on is_ansi_nulls_on is_ansi_padding_on is_ansi_warnings_on
    is_arithabort_on is_concat_null_yields_null_on is_numeric_roundabort_on is_quoted_identifier_on
    is_recursive_triggers_on is_cursor_close_on_commit_on is_local_cursor_default is_fulltext_enabled
    is_trustworthy_on is_db_chaining_on is_parameterization_forced is_master_key_encrypted_by_server
    is_query_store_on is_published is_subscribed is_merge_published is_distributor is_sync_with_backup
    service_broker_guid is_broker_enabled log_reuse_wait log_reuse_wait_desc is_date_correlation_on is_cdc_enabled
    is_encrypted is_honor_broker_priority_on replica_id group_database_id resource_pool_id default_language_lcid
    default_language_name default_fulltext_language_lcid default_fulltext_language_name is_nested_triggers_on
    is_transform_noise_words_on two_digit_year_cutoff containment containment_desc target_recovery_time_in_seconds
    delayed_durability delayed_durability_desc is_memory_optimized_elevate_to_snapshot_on is_federation_member
    is_remote_data_archive_enabled is_mixed_page_allocation_on is_temporal_history_retention_enabled
    catalog_collation_type catalog_collation_type_desc physical_database_name is_result_set_caching_on
    is_accelerated_database_recovery_on is_tempdb_spill_to_remote_store is_stale_page_detection_on
    is_memory_optimized_enabled is_data_retention_enabled is_ledger_on is_change_feed_enabled`,
  "sys.database_files": `
    file_id file_guid type type_desc data_space_id name physical_name state state_desc size max_size growth
    is_media_read_only is_read_only is_sparse is_percent_growth is_name_reserved is_persistent_log_buffer
    create_lsn drop_lsn read_only_lsn read_write_lsn differential_base_lsn differential_base_guid
    differential_base_time redo_start_lsn redo_start_fork_guid redo_target_lsn redo_target_fork_guid backup_lsn`,
  "sys.configurations": `
    configuration_id name value minimum maximum value_in_use description is_dynamic is_advanced`,
  "sys.change_tracking_databases": `
    database_id is_auto_cleanup_on retention_period retention_period_units retention_period_units_desc
    max_cleanup_version`,
  "sys.change_tracking_tables": `
    object_id is_track_columns_updated_on min_valid_version begin_version cleanup_version`,
  "sys.dm_tran_commit_table": `
    commit_ts xdes_id commit_lbn commit_csn commit_time`,
  "sys.dm_exec_sessions": `
    session_id login_time host_name program_name host_process_id client_version client_interface_name security_id
    login_name nt_domain nt_user_name status context_info cpu_time memory_usage total_scheduled_time
    total_elapsed_time endpoint_id last_request_start_time last_request_end_time reads writes logical_reads
    is_user_process text_size language date_format date_first quoted_identifier arithabort ansi_null_dflt_on
    ansi_defaults ansi_warnings ansi_padding ansi_nulls concat_null_yields_null transaction_isolation_level
    lock_timeout deadlock_priority row_count prev_error original_security_id original_login_name
    last_successful_logon last_unsuccessful_logon unsuccessful_logons group_id database_id
    authenticating_database_id open_transaction_count page_server_reads contained_availability_group_id`,
  "sys.dm_exec_requests": `
    session_id request_id start_time status command sql_handle statement_start_offset statement_end_offset
    plan_handle database_id user_id connection_id blocking_session_id wait_type wait_time last_wait_type
    wait_resource open_transaction_count open_resultset_count transaction_id context_info percent_complete
    estimated_completion_time cpu_time total_elapsed_time scheduler_id task_address reads writes logical_reads
    text_size language date_format date_first quoted_identifier arithabort ansi_null_dflt_on ansi_defaults
    ansi_warnings ansi_padding ansi_nulls concat_null_yields_null transaction_isolation_level lock_timeout
    deadlock_priority row_count prev_error nest_level granted_query_memory executing_managed_code group_id
    query_hash query_plan_hash statement_sql_handle statement_context_id dop parallel_worker_count
    external_script_request_id is_resumable page_resource page_server_reads dist_statement_id label`,
  "sys.dm_tran_active_transactions": `
    transaction_id name transaction_begin_time transaction_type transaction_uow transaction_state
    transaction_status transaction_status2 dtc_state dtc_status dtc_isolation_level filestream_transaction_id`,
  "sys.dm_tran_session_transactions": `
    session_id transaction_id transaction_descriptor enlist_count is_user_transaction is_local is_enlisted
    is_bound open_transaction_count`,
  "sys.database_principals": `
    name principal_id type type_desc default_schema_name create_date modify_date owning_principal_id sid
    is_fixed_role authentication_type authentication_type_desc default_language_name default_language_lcid
    allow_encrypted_value_modifications tenant_id`,
  "sys.database_permissions": `
    class class_desc major_id minor_id grantee_principal_id grantor_principal_id type permission_name state
    state_desc`,
  "sys.database_role_members": `
    role_principal_id member_principal_id`,
  "sys.server_principals": `
    name principal_id sid type type_desc is_disabled create_date modify_date default_database_name
    default_language_name credential_id owning_principal_id is_fixed_role tenant_id`,
  "sys.server_role_members": `
    role_principal_id member_principal_id`,
  "sys.extended_properties": `
    class class_desc major_id minor_id name value`,
  "sys.masked_columns": `
    object_id name column_id system_type_id user_type_id max_length precision scale collation_name is_nullable
    is_ansi_padded is_rowguidcol is_identity is_filestream is_replicated is_non_sql_subscribed is_merge_published
    is_dts_replicated is_xml_document xml_collection_id default_object_id rule_object_id definition
    uses_database_collation is_persisted is_computed is_sparse is_column_set generated_always_type
    generated_always_type_desc encryption_type encryption_type_desc encryption_algorithm_name
    column_encryption_key_id column_encryption_key_database_name is_hidden is_masked masking_function graph_type
    graph_type_desc is_data_deletion_filter_column ledger_view_column_type ledger_view_column_type_desc
    is_dropped_ledger_column`,
  "sys.security_policies": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_enabled is_not_for_replication uses_database_collation is_schema_bound`,
  "sys.security_predicates": `
    object_id security_predicate_id target_object_id predicate_definition predicate_type predicate_type_desc
    operation operation_desc`,
  "sys.column_master_keys": `
    name column_master_key_id create_date modify_date key_store_provider_name key_path allow_enclave_computations
    signature`,
  "sys.column_encryption_key_values": `
    column_encryption_key_id column_master_key_id encrypted_value encryption_algorithm_name`,
  "sys.column_encryption_keys": `
    name column_encryption_key_id create_date modify_date`,
  "sys.periods": `
    name period_type period_type_desc object_id start_column_id end_column_id`,
  "sys.partitions": `
    partition_id object_id index_id partition_number hobt_id rows filestream_filegroup_id data_compression
    data_compression_desc xml_compression xml_compression_desc`,
  "sys.dm_db_partition_stats": `
    partition_id object_id index_id partition_number in_row_data_page_count in_row_used_page_count
    in_row_reserved_page_count lob_used_page_count lob_reserved_page_count row_overflow_used_page_count
    row_overflow_reserved_page_count used_page_count reserved_page_count row_count`,
  "sys.database_recovery_status": `
    database_id database_guid family_guid last_log_backup_lsn recovery_fork_guid first_recovery_fork_guid
    fork_point_lsn`,
  "sys.stats": `
    object_id name stats_id auto_created user_created no_recompute has_filter filter_definition is_temporary
    is_incremental has_persisted_sample stats_generation_method stats_generation_method_desc auto_drop`,
  "sys.stats_columns": `
    object_id stats_id stats_column_id column_id`,
  "sys.data_spaces": `
    name data_space_id type type_desc is_default is_system`,
  "sys.assemblies": `
    name principal_id assembly_id clr_name permission_set permission_set_desc is_visible create_date modify_date
    is_user_defined`,
  "sys.assembly_types": `
    name system_type_id user_type_id schema_id principal_id max_length precision scale collation_name is_nullable
    is_user_defined is_assembly_type default_object_id rule_object_id assembly_id assembly_class is_binary_ordered
    is_fixed_length prog_id assembly_qualified_name is_table_type`,
  "sys.assembly_modules": `
    object_id assembly_id assembly_class assembly_method null_on_null_input execute_as_principal_id`,
  "sys.xml_indexes": `
    object_id name index_id type type_desc is_unique data_space_id ignore_dup_key is_primary_key
    is_unique_constraint fill_factor is_padded is_disabled is_hypothetical is_ignored_in_optimization
    allow_row_locks allow_page_locks using_xml_index_id secondary_type secondary_type_desc has_filter
    filter_definition xml_index_type xml_index_type_description path_id auto_created`,
  "sys.xml_schema_collections": `
    xml_collection_id schema_id principal_id name create_date modify_date`,
  "sys.fulltext_indexes": `
    object_id unique_index_id fulltext_catalog_id is_enabled change_tracking_state change_tracking_state_desc
    has_crawl_completed crawl_type crawl_type_desc crawl_start_date crawl_end_date incremental_timestamp
    stoplist_id property_list_id data_space_id`,
  "sys.internal_tables": `
    name object_id principal_id schema_id parent_object_id type type_desc create_date modify_date is_ms_shipped
    is_published is_schema_published internal_type internal_type_desc parent_id parent_minor_id lob_data_space_id
    filestream_data_space_id`,
  "sys.sql_logins": `
    name principal_id sid type type_desc is_disabled create_date modify_date default_database_name
    default_language_name credential_id is_policy_checked is_expiration_checked password_hash`,
  "sys.spatial_indexes": `
    object_id name index_id type type_desc is_unique data_space_id ignore_dup_key is_primary_key
    is_unique_constraint fill_factor is_padded is_disabled is_hypothetical is_ignored_in_optimization
    allow_row_locks allow_page_locks spatial_index_type spatial_index_type_desc tessellation_scheme has_filter
    filter_definition auto_created`,
};
