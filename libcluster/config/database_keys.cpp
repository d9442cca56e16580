// The keys of db_service, whose names alone are known: databases are not implemented.
#include <array>

#include "libcluster/config/config_key.h"

namespace sallyport {
namespace {

constexpr std::array kDatabase{
    KeyFact{"name"},
    KeyFact{"description"},
    KeyFact{"protocol"},
    KeyFact{"uri"},
    KeyFact{"ca_cert_file"},
    KeyFact{"tls.mode"},
    KeyFact{"tls.server_name"},
    KeyFact{"tls.ca_cert_file"},
    KeyFact{"tls.trust_system_cert_pool", ConfigType::kSwitch},
    KeyFact{"mysql.server_version"},
    KeyFact{"static_labels", ConfigType::kMap},
    KeyFact{"aws.region"},
    KeyFact{"aws.redshift.cluster_id"},
    KeyFact{"aws.rds.instance_id"},
    KeyFact{"aws.rds.cluster_id"},
    KeyFact{"aws.elasticache.replication_group_id"},
    KeyFact{"aws.elasticache_serverless.cache_name"},
    KeyFact{"aws.secret_store.key_prefix"},
    KeyFact{"aws.secret_store.kms_key_id"},
    KeyFact{"aws.memorydb.cluster_name"},
    KeyFact{"aws.account_id"},
    KeyFact{"aws.assume_role_arn"},
    KeyFact{"aws.external_id"},
    KeyFact{"aws.redshift_serverless.workgroup_name"},
    KeyFact{"aws.redshift_serverless.endpoint_name"},
    KeyFact{"aws.session_tags", ConfigType::kMap},
    KeyFact{"gcp.project_id"},
    KeyFact{"gcp.instance_id"},
    KeyFact{"gcp.alloydb.endpoint_type"},
    KeyFact{"gcp.alloydb.endpoint_override"},
    KeyFact{"ad.keytab_file"},
    KeyFact{"ad.krb5_file"},
    KeyFact{"ad.domain"},
    KeyFact{"ad.spn"},
    KeyFact{"ad.ldap_cert"},
    KeyFact{"ad.kdc_host_name"},
    KeyFact{"ad.ldap_service_account_name"},
    KeyFact{"ad.ldap_service_account_sid"},
    KeyFact{"azure.resource_id"},
    KeyFact{"azure.is_flexi_server", ConfigType::kSwitch},
    KeyFact{"admin_user.name"},
    KeyFact{"admin_user.default_database"},
    KeyFact{"oracle.audit_user"},
    KeyFact{"oracle.retry_count", ConfigType::kNumber},
    KeyFact{"oracle.shuffle_hostnames", ConfigType::kSwitch},
    KeyFact{"auth.type"},
    KeyFact{"auth.aws.region"},
    KeyFact{"auth.aws.secret_id"},
    KeyFact{"auth.aws.mode"},
    KeyFact{"auth.aws.fields", ConfigType::kMap},
    KeyFact{"db_name"},
    KeyFact{"db_user"},
};

}  // namespace

std::vector<ConfigKey> DatabaseKeys() {
  std::vector<ConfigKey> keys;
  keys.push_back({"db_service.listen_addr", ConfigType::kText, ConfigKey::State::kNoEffect});
  AddFacts(keys, "db_service.databases[].", kDatabase);
  AddCommandLabelFacts(keys, "db_service.databases[].dynamic_labels");
  AddResourceMatcherFacts(keys, "db_service.resources");
  return keys;
}

}  // namespace sallyport
