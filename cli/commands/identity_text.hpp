// What `palermo identity` tells people.
#pragma once

#include <string>

#include "palermo/v1/identity.pb.h"

namespace palermo::cli {

std::string key_text(const v1::IdentityKeyResult& result);
std::string sealed_text(const v1::IdentitySealed& result, const std::string& fields_file);
std::string list_text(const v1::IdentityList& list);
std::string request_text(const v1::UnsealingResult& result);
std::string approve_text(const v1::UnsealingResult& result);
std::string shown_text(const v1::IdentityShown& shown);
std::string destroyed_text(const v1::IdentityDestroyed& result);
std::string backup_text(const v1::IdentityBackupResult& result);
std::string restore_text(const v1::IdentityBackupResult& result);

}  // namespace palermo::cli
