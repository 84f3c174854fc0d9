#include "core/ledger/timestamp.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>

#include "core/base/time.hpp"

namespace palermo::ledger {

using core::Error;
using core::ErrorCode;
using core::Result;

namespace {

struct Release {
  void operator()(TS_REQ* it) const { TS_REQ_free(it); }
  void operator()(TS_RESP* it) const { TS_RESP_free(it); }
  void operator()(TS_MSG_IMPRINT* it) const { TS_MSG_IMPRINT_free(it); }
  void operator()(TS_VERIFY_CTX* it) const { TS_VERIFY_CTX_free(it); }
  void operator()(X509_ALGOR* it) const { X509_ALGOR_free(it); }
  void operator()(X509_STORE* it) const { X509_STORE_free(it); }
  void operator()(X509* it) const { X509_free(it); }
  void operator()(ASN1_INTEGER* it) const { ASN1_INTEGER_free(it); }
  void operator()(BIGNUM* it) const { BN_free(it); }
  void operator()(BIO* it) const { BIO_free(it); }
};
template <typename T>
using Handle = std::unique_ptr<T, Release>;

/// Larger replies exist nowhere; a ledger entry holds no more either.
constexpr std::size_t kMostBytes = 32'768;

Error bad_reply(std::string why) {
  ERR_clear_error();
  return Error{ErrorCode::BadInput, "it is no RFC 3161 time stamp reply: " + std::move(why),
               std::nullopt,
               "give the authority's answer as it came, e.g. from `openssl ts -reply` or curl"};
}

std::string reason_of_openssl() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown" : reason;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<Handle<TS_RESP>> parse(std::string_view der) {
  if (der.empty() || der.size() > kMostBytes) return bad_reply(fmt::format("{} bytes", der.size()));
  const unsigned char* at = bytes(der);
  Handle<TS_RESP> reply{d2i_TS_RESP(nullptr, &at, static_cast<long>(der.size()))};
  if (!reply || at != bytes(der) + der.size()) return bad_reply("the DER does not read");
  const long status =
      ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(reply.get())));
  if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
    return bad_reply("the authority granted nothing");
  if (TS_RESP_get_tst_info(reply.get()) == nullptr) return bad_reply("it holds no stamp");
  return reply;
}

std::string text_of(const ASN1_OBJECT* object) {
  char text[128];
  const int size = OBJ_obj2txt(text, sizeof text, object, 1);
  return size > 0 ? std::string(text, std::min<std::size_t>(static_cast<std::size_t>(size),
                                                            sizeof text - 1))
                  : std::string{};
}

std::string name_of(X509_NAME* name) {
  const Handle<BIO> out{BIO_new(BIO_s_mem())};
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(std::max(size, 0L)));
}

/// The name in the token; else the subject of the first certificate that came with it.
std::string authority_of(TS_RESP* reply) {
  GENERAL_NAME* named = TS_TST_INFO_get_tsa(TS_RESP_get_tst_info(reply));
  if (named != nullptr && named->type == GEN_DIRNAME) return name_of(named->d.directoryName);
  PKCS7* token = TS_RESP_get_token(reply);
  STACK_OF(X509)* signers =
      PKCS7_type_is_signed(token) ? PKCS7_get0_signers(token, token->d.sign->cert, 0) : nullptr;
  ERR_clear_error();
  if (signers == nullptr) return {};
  std::string name;
  if (sk_X509_num(signers) > 0) name = name_of(X509_get_subject_name(sk_X509_value(signers, 0)));
  sk_X509_free(signers);
  return name;
}

/// GeneralizedTime, whose fraction OpenSSL's conversions drop.
std::optional<std::int64_t> microseconds_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  std::int64_t us = static_cast<std::int64_t>(timegm(&parts)) * core::kUsPerSecond;
  const std::string_view text{reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
                              static_cast<std::size_t>(ASN1_STRING_length(time))};
  std::int64_t unit = core::kUsPerSecond;
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos)
    for (const char c : text.substr(dot + 1)) {
      if (c < '0' || c > '9' || unit == 1) break;
      unit /= 10;
      us += (c - '0') * unit;
    }
  return us;
}

std::int64_t value_of(const ASN1_INTEGER* number) {
  return number == nullptr ? 0 : ASN1_INTEGER_get(number);
}

Result<Timestamp> contents(TS_RESP* reply) {
  TS_TST_INFO* info = TS_RESP_get_tst_info(reply);
  Timestamp stamp;
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* hash = nullptr;
  X509_ALGOR_get0(&hash, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  const ASN1_OCTET_STRING* digest = TS_MSG_IMPRINT_get_msg(imprint);
  if (OBJ_obj2nid(hash) != NID_sha256 ||
      ASN1_STRING_length(digest) != static_cast<int>(stamp.imprint.size()))
    return bad_reply("what it stamps is not hashed by SHA-256");
  std::copy_n(ASN1_STRING_get0_data(digest), stamp.imprint.size(), stamp.imprint.begin());
  const auto at = microseconds_of(TS_TST_INFO_get_time(info));
  if (!at) return bad_reply("its time does not read");
  stamp.at_us = *at;
  if (const TS_ACCURACY* accuracy = TS_TST_INFO_get_accuracy(info); accuracy != nullptr)
    stamp.accuracy_us = value_of(TS_ACCURACY_get_seconds(accuracy)) * core::kUsPerSecond +
                        value_of(TS_ACCURACY_get_millis(accuracy)) * 1'000 +
                        value_of(TS_ACCURACY_get_micros(accuracy));
  const Handle<BIGNUM> serial{ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), nullptr)};
  if (serial) {
    char* text = BN_bn2hex(serial.get());
    if (text != nullptr) stamp.serial = text;
    OPENSSL_free(text);
  }
  stamp.policy = text_of(TS_TST_INFO_get_policy_id(info));
  stamp.authority = authority_of(reply);
  return stamp;
}

Result<Handle<X509_STORE>> store_of(std::string_view roots, std::int64_t at_us) {
  Handle<X509_STORE> store{X509_STORE_new()};
  const Handle<BIO> in{BIO_new_mem_buf(roots.data(), static_cast<int>(roots.size()))};
  if (!store || !in) return Error{ErrorCode::Internal, "OpenSSL made no store of certificates"};
  int count = 0;
  while (true) {
    const Handle<X509> one{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
    if (!one) break;
    if (X509_STORE_add_cert(store.get(), one.get()) == 1) ++count;
  }
  ERR_clear_error();
  if (count == 0)
    return Error{ErrorCode::BadInput, "no certificate in PEM form is in it", std::nullopt,
                 "give the authority's root certificates (-----BEGIN CERTIFICATE-----)"};
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()),
                             static_cast<std::time_t>(at_us / core::kUsPerSecond));
  return store;
}

}  // namespace

Result<std::string> timestamp_request(std::string_view data) {
  const Error failed{ErrorCode::Internal, "OpenSSL made no time stamp request"};
  const Handle<TS_REQ> request{TS_REQ_new()};
  const Handle<TS_MSG_IMPRINT> imprint{TS_MSG_IMPRINT_new()};
  const Handle<X509_ALGOR> hash{X509_ALGOR_new()};
  const Handle<ASN1_INTEGER> nonce{ASN1_INTEGER_new()};
  if (!request || !imprint || !hash || !nonce) return failed;
  const core::Digest digest = core::sha256(data);
  std::string random = core::random_bytes(8);
  random[0] = static_cast<char>((random[0] & 0x7f) | 0x40);  // positive, always eight bytes
  const Handle<BIGNUM> number{BN_bin2bn(bytes(random), static_cast<int>(random.size()), nullptr)};
  std::string imprinted{core::bytes_of(digest)};
  if (!number || BN_to_ASN1_INTEGER(number.get(), nonce.get()) == nullptr ||
      X509_ALGOR_set0(hash.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) != 1 ||
      TS_MSG_IMPRINT_set_algo(imprint.get(), hash.get()) != 1 ||
      TS_MSG_IMPRINT_set_msg(imprint.get(), reinterpret_cast<unsigned char*>(imprinted.data()),
                             static_cast<int>(imprinted.size())) != 1 ||
      TS_REQ_set_version(request.get(), 1) != 1 ||
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1 ||
      TS_REQ_set_nonce(request.get(), nonce.get()) != 1 ||
      TS_REQ_set_cert_req(request.get(), 1) != 1)
    return failed;
  unsigned char* der = nullptr;
  const int size = i2d_TS_REQ(request.get(), &der);
  if (size <= 0) return failed;
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

Result<Timestamp> read_timestamp(std::string_view der) {
  PALERMO_TRY(const Handle<TS_RESP> reply, parse(der));
  return contents(reply.get());
}

Result<Timestamp> verify_timestamp(std::string_view der, std::string_view data,
                                   std::string_view roots) {
  PALERMO_TRY(const Handle<TS_RESP> reply, parse(der));
  PALERMO_TRY(Timestamp stamp, contents(reply.get()));
  PALERMO_TRY(Handle<X509_STORE> store, store_of(roots, stamp.at_us));
  if (stamp.imprint != core::sha256(data))
    return Error{ErrorCode::Integrity, "the time stamp is of something else", std::nullopt,
                 "give the reply to the request that was made for this checkpoint", "ALTERED"};
  const Handle<TS_VERIFY_CTX> context{TS_VERIFY_CTX_new()};
  if (!context) return Error{ErrorCode::Internal, "OpenSSL made no verification"};
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());
  ERR_clear_error();
  if (TS_RESP_verify_response(context.get(), reply.get()) != 1)
    return Error{ErrorCode::Integrity,
                 fmt::format("no root given vouches for who signed the time stamp ({})",
                             reason_of_openssl()),
                 std::nullopt, "give the authority's own root certificates", "BAD_SIGNATURE"};
  return stamp;
}

}  // namespace palermo::ledger
