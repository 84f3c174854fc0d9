// Tag numbers from the modules CSChargingDataTypes, GPRSChargingDataTypes and
// GenericChargingDataTypes of 3GPP TS 32.298; each table names the type it is of.
#include "ingest/ber/ts_32298_tables.hpp"

#include <algorithm>

namespace palermo::ingest {
namespace {

using F = ChargingField;

// MOCallRecord
constexpr ChargingTag kMoCall[] = {{1, F::Imsi},
                                   {2, F::Imei},
                                   {3, F::ServedNumber},
                                   {4, F::Calling},
                                   {5, F::Called},
                                   {7, F::Connected},
                                   {9, F::RecordingEntity},
                                   {12, F::Location},
                                   {13, F::ChangeOfLocation},
                                   {17, F::SupplementaryUsed},
                                   {22, F::Seizure},
                                   {23, F::Answer},
                                   {24, F::Release},
                                   {25, F::Duration},
                                   {30, F::Cause},
                                   {32, F::CallReference},
                                   {33, F::Sequence},
                                   {35, F::Extensions}};
constexpr TagRange kMoCallKnown[] = {{0, 77}};
// MTCallRecord
constexpr ChargingTag kMtCall[] = {{1, F::Imsi},
                                   {2, F::Imei},
                                   {3, F::ServedNumber},
                                   {4, F::Calling},
                                   {5, F::Connected},
                                   {6, F::RecordingEntity},
                                   {9, F::Location},
                                   {10, F::ChangeOfLocation},
                                   {14, F::SupplementaryUsed},
                                   {19, F::Seizure},
                                   {20, F::Answer},
                                   {21, F::Release},
                                   {22, F::Duration},
                                   {27, F::Cause},
                                   {29, F::CallReference},
                                   {30, F::Sequence},
                                   {32, F::Extensions}};
constexpr TagRange kMtCallKnown[] = {{0, 61}};
// RoamingRecord
constexpr ChargingTag kRoaming[] = {
    {1, F::Imsi},     {2, F::ServedNumber},   {3, F::Calling},   {5, F::RecordingEntity},
    {12, F::Seizure}, {13, F::Answer},        {14, F::Release},  {15, F::Duration},
    {17, F::Cause},   {19, F::CallReference}, {20, F::Sequence}, {21, F::Extensions}};
constexpr TagRange kRoamingKnown[] = {{0, 30}};
// IncGatewayRecord, OutGatewayRecord
constexpr ChargingTag kGateway[] = {{1, F::Calling},   {2, F::Called},     {3, F::RecordingEntity},
                                    {6, F::Seizure},   {7, F::Answer},     {8, F::Release},
                                    {9, F::Duration},  {11, F::Cause},     {13, F::CallReference},
                                    {14, F::Sequence}, {15, F::Extensions}};
constexpr TagRange kGatewayKnown[] = {{0, 23}};
// TransitCallRecord
constexpr ChargingTag kTransit[] = {
    {1, F::RecordingEntity}, {4, F::Calling},   {5, F::Called},     {7, F::Seizure},
    {8, F::Answer},          {9, F::Release},   {10, F::Duration},  {12, F::Cause},
    {14, F::CallReference},  {15, F::Sequence}, {16, F::Extensions}};
constexpr TagRange kTransitKnown[] = {{0, 22}};
// MOSMSRecord
constexpr ChargingTag kMoSms[] = {
    {1, F::Imsi},           {2, F::Imei},      {3, F::ServedNumber}, {6, F::RecordingEntity},
    {7, F::Location},       {9, F::EventTime}, {10, F::SmsResult},   {11, F::Extensions},
    {12, F::SmsDestination}};
constexpr TagRange kMoSmsKnown[] = {{0, 15}};
// MTSMSRecord
constexpr ChargingTag kMtSms[] = {
    {2, F::Imsi},     {3, F::Imei},      {4, F::ServedNumber}, {6, F::RecordingEntity},
    {7, F::Location}, {8, F::EventTime}, {9, F::SmsResult},    {10, F::Extensions}};
constexpr TagRange kMtSmsKnown[] = {{0, 13}};
// MOSMSIWRecord
constexpr ChargingTag kMoSmsInterworking[] = {{2, F::Imsi},
                                              {3, F::RecordingEntity},
                                              {4, F::EventTime},
                                              {5, F::SmsResult},
                                              {6, F::Extensions}};
constexpr TagRange kMoSmsInterworkingKnown[] = {{0, 6}};
// MTSMSGWRecord
constexpr ChargingTag kMtSmsGateway[] = {
    {2, F::Imsi},      {3, F::ServedNumber}, {4, F::RecordingEntity},
    {5, F::EventTime}, {6, F::SmsResult},    {7, F::Extensions}};
constexpr TagRange kMtSmsGatewayKnown[] = {{0, 7}};
// LocUpdateVLRRecord
constexpr ChargingTag kLocationUpdate[] = {
    {1, F::Imsi},         {2, F::ServedNumber}, {3, F::RecordingEntity},
    {5, F::LocationInfo}, {7, F::EventTime},    {9, F::Extensions}};
constexpr TagRange kLocationUpdateKnown[] = {{0, 10}};
// TermCAMELRecord
constexpr ChargingTag kTermCamel[] = {
    {1, F::Imsi},     {2, F::ServedNumber}, {3, F::RecordingEntity}, {11, F::Extensions},
    {12, F::Called},  {13, F::Calling},     {16, F::Seizure},        {17, F::Answer},
    {18, F::Release}, {19, F::Duration},    {21, F::Cause},          {23, F::CallReference},
    {24, F::Sequence}};
constexpr TagRange kTermCamelKnown[] = {{0, 42}};
// MTRFRecord
constexpr ChargingTag kRoamingForwarding[] = {{1, F::Imsi},
                                              {2, F::Imei},
                                              {3, F::ServedNumber},
                                              {4, F::Calling},
                                              {6, F::RecordingEntity},
                                              {10, F::Seizure},
                                              {11, F::Answer},
                                              {12, F::Release},
                                              {13, F::Duration},
                                              {14, F::Cause},
                                              {16, F::CallReference},
                                              {17, F::Sequence},
                                              {18, F::Extensions}};
constexpr TagRange kRoamingForwardingKnown[] = {{0, 19}};
// SGSNPDPRecord
constexpr ChargingTag kSgsnPdp[] = {{3, F::Imsi},          {4, F::Imei},       {8, F::LocationArea},
                                    {9, F::Cell},          {16, F::EventTime}, {17, F::Duration},
                                    {19, F::Cause},        {21, F::Sequence},  {23, F::Extensions},
                                    {27, F::ServedNumber}, {38, F::Network}};
constexpr TagRange kSgsnPdpKnown[] = {{0, 1}, {3, 39}};
// GGSNPDPRecord
constexpr ChargingTag kGgsnPdp[] = {
    {3, F::Imsi},          {13, F::EventTime}, {14, F::Duration},
    {15, F::Cause},        {17, F::Sequence},  {19, F::Extensions},
    {22, F::ServedNumber}, {29, F::Imei},      {32, F::UserLocation}};
constexpr TagRange kGgsnPdpKnown[] = {{0, 1}, {3, 9}, {11, 27}, {29, 33}};
// SGSNMMRecord
constexpr ChargingTag kSgsnMm[] = {{1, F::Imsi},          {2, F::Imei},      {6, F::LocationArea},
                                   {7, F::Cell},          {9, F::EventTime}, {10, F::Duration},
                                   {12, F::Cause},        {14, F::Sequence}, {16, F::Extensions},
                                   {18, F::ServedNumber}, {23, F::Network}};
constexpr TagRange kSgsnMmKnown[] = {{0, 25}};
// SGSNSMORecord
constexpr ChargingTag kSgsnSmo[] = {{1, F::Imsi},          {2, F::Imei},
                                    {3, F::ServedNumber},  {6, F::RecordingEntity},
                                    {7, F::LocationArea},  {9, F::Cell},
                                    {11, F::EventTime},    {12, F::SmsResult},
                                    {13, F::Extensions},   {18, F::SmsDestination},
                                    {26, F::UserLocation}, {28, F::Network}};
constexpr TagRange kSgsnSmoKnown[] = {{0, 30}};
// SGSNSMTRecord
constexpr ChargingTag kSgsnSmt[] = {
    {1, F::Imsi},         {2, F::Imei},     {3, F::ServedNumber},  {6, F::RecordingEntity},
    {7, F::LocationArea}, {9, F::Cell},     {10, F::EventTime},    {11, F::SmsResult},
    {12, F::Extensions},  {19, F::Calling}, {25, F::UserLocation}, {27, F::Network}};
constexpr TagRange kSgsnSmtKnown[] = {{0, 29}};
// SGWRecord
constexpr ChargingTag kSgw[] = {
    {3, F::Imsi},          {13, F::EventTime},       {14, F::Duration},     {15, F::Cause},
    {17, F::Sequence},     {19, F::Extensions},      {22, F::ServedNumber}, {29, F::Imei},
    {32, F::UserLocation}, {55, F::LastUserLocation}};
constexpr TagRange kSgwKnown[] = {{0, 0},   {3, 9},   {11, 25}, {27, 27},
                                  {29, 32}, {34, 44}, {47, 57}, {59, 65}};
// PGWRecord
constexpr ChargingTag kPgw[] = {
    {3, F::Imsi},          {13, F::EventTime},       {14, F::Duration},     {15, F::Cause},
    {17, F::Sequence},     {19, F::Extensions},      {22, F::ServedNumber}, {29, F::Imei},
    {32, F::UserLocation}, {57, F::LastUserLocation}};
constexpr TagRange kPgwKnown[] = {{0, 0}, {3, 9}, {11, 25}, {27, 47}, {49, 62}, {64, 73}};
// EPDGRecord: a session over Wi-Fi, without a cell.
constexpr ChargingTag kEpdg[] = {{3, F::Imsi},          {13, F::EventTime}, {14, F::Duration},
                                 {15, F::Cause},        {17, F::Sequence},  {19, F::Extensions},
                                 {22, F::ServedNumber}, {29, F::Imei}};
constexpr TagRange kEpdgKnown[] = {{0, 0},   {3, 5},   {7, 9},   {11, 25}, {29, 30},
                                   {34, 34}, {36, 40}, {43, 43}, {47, 48}, {50, 55}};

constexpr auto kCaller = ChargingOwner::Caller;
constexpr auto kCalled = ChargingOwner::Called;
constexpr auto kNobody = ChargingOwner::Nobody;

constexpr ChargingRecordType kTypes[] = {
    // CSRecord
    {0, 0, "moCallRecord", "call", kCaller, kMoCall, kMoCallKnown},
    {1, 1, "mtCallRecord", "call", kCalled, kMtCall, kMtCallKnown},
    {2, 2, "roamingRecord", "call", kCalled, kRoaming, kRoamingKnown},
    {3, 3, "incGatewayRecord", "call", kNobody, kGateway, kGatewayKnown},
    {4, 4, "outGatewayRecord", "call", kNobody, kGateway, kGatewayKnown},
    {5, 5, "transitRecord", "call", kNobody, kTransit, kTransitKnown},
    {6, 6, "moSMSRecord", "sms", kCaller, kMoSms, kMoSmsKnown},
    {7, 7, "mtSMSRecord", "sms", kCalled, kMtSms, kMtSmsKnown},
    {8, 8, "moSMSIWRecord", "sms", kCaller, kMoSmsInterworking, kMoSmsInterworkingKnown},
    {9, 9, "mtSMSGWRecord", "sms", kCalled, kMtSmsGateway, kMtSmsGatewayKnown},
    {10, 10, "ssActionRecord", {}, kNobody, {}, {}},
    {11, 11, "hlrIntRecord", {}, kNobody, {}, {}},
    {12, 12, "locUpdateHLRRecord", {}, kNobody, {}, {}},
    {13, 13, "locUpdateVLRRecord", "location", kCaller, kLocationUpdate, kLocationUpdateKnown},
    {14, 14, "commonEquipRecord", {}, kNobody, {}, {}},
    {16, 17, "termCAMELRecord", "call", kCalled, kTermCamel, kTermCamelKnown},
    {17, 23, "mtLCSRecord", {}, kNobody, {}, {}},
    {18, 24, "moLCSRecord", {}, kNobody, {}, {}},
    {19, 25, "niLCSRecord", {}, kNobody, {}, {}},
    {20, 87, "mSCsRVCCRecord", {}, kNobody, {}, {}},
    {21, 88, "mMTRFRecord", "call", kCalled, kRoamingForwarding, kRoamingForwardingKnown},
    {22, 99, "iCSRegisterRecord", {}, kNobody, {}, {}},
    // GPRSRecord
    {20, 18, "sgsnPDPRecord", "data", kCaller, kSgsnPdp, kSgsnPdpKnown},
    {21, 19, "ggsnPDPRecord", "data", kCaller, kGgsnPdp, kGgsnPdpKnown},
    {22, 20, "sgsnMMRecord", "location", kCaller, kSgsnMm, kSgsnMmKnown},
    {23, 21, "sgsnSMORecord", "sms", kCaller, kSgsnSmo, kSgsnSmoKnown},
    {24, 22, "sgsnSMTRecord", "sms", kCalled, kSgsnSmt, kSgsnSmtKnown},
    {25, 26, "sgsnMTLCSRecord", {}, kNobody, {}, {}},
    {26, 27, "sgsnMOLCSRecord", {}, kNobody, {}, {}},
    {27, 28, "sgsnNILCSRecord", {}, kNobody, {}, {}},
    {76, 76, "sgsnMBMSRecord", {}, kNobody, {}, {}},
    {77, 77, "ggsnMBMSRecord", {}, kNobody, {}, {}},
    {78, 84, "sGWRecord", "data", kCaller, kSgw, kSgwKnown},
    {79, 85, "pGWRecord", "data", kCaller, kPgw, kPgwKnown},
    {86, 86, "gwMBMSRecord", {}, kNobody, {}, {}},
    {92, 92, "tDFRecord", {}, kNobody, {}, {}},
    {95, 95, "iPERecord", {}, kNobody, {}, {}},
    {96, 96, "ePDGRecord", "data", kCaller, kEpdg, kEpdgKnown},
    {97, 97, "tWAGRecord", {}, kNobody, {}, {}}};

}  // namespace

const ChargingRecordType* charging_record_type(std::uint32_t choice, std::uint32_t record_type) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const ChargingRecordType& type) {
        return type.choice == choice && type.record_type == record_type;
      });
  return found == std::end(kTypes) ? nullptr : found;
}

bool is_charging_choice(std::uint32_t choice) {
  return std::any_of(std::begin(kTypes), std::end(kTypes),
                     [choice](const ChargingRecordType& type) { return type.choice == choice; });
}

}  // namespace palermo::ingest
