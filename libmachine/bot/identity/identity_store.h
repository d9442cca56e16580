// The files in which a bot keeps its own identity (docs/protocol/tbot.md#storage).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/credentials.h"

namespace sallyport {

// Returns the text that says which token an identity was made with; "" without a token.
std::string HashOfToken(const std::string& token);

// Returns the stored identity, or nothing: there is none, or a part is missing or empty. Fails with kBadParameter
// (files that do not belong together, or were made with another token), and as the destination does. `token_hash` "":
// any token.
Result<std::optional<BotCredentials>> LoadBotIdentity(BotDestination& storage, const std::string& token_hash);

// Writes the identity, and empties the file of the next key when there is such a file. Fails as the destination does.
Status SaveBotIdentity(BotDestination& storage, const BotCredentials& credentials, const std::string& token_hash);

// Returns the key that a renewal was begun with whose answer is not stored, or an empty key. Fails as the destination
// does.
Result<PrivateKey> LoadNextKey(BotDestination& storage);

// Stores the key for a renewal that begins. Fails as the destination does.
Status SaveNextKey(BotDestination& storage, const PrivateKey& key);

// Returns the files of a key and its certificates, which storage and most outputs have.
std::vector<BotFile> CredentialFiles(const BotCredentials& credentials);

}  // namespace sallyport
