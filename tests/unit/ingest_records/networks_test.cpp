#include <map>
#include <set>

#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::has_notice;
using test::read;
using test::refusal;

namespace {

/// "A-B=2 B-C C" of a batch, in order; a weight of its own after "=", a layer after "@".
std::string ties(const ingest::RecordBatch& batch) {
  std::string out;
  std::set<std::string> ids;
  for (const store::RecordRow& row : batch.rows) {
    CHECK(ids.insert(row.local_id).second);
    const v1::Relation& tie = row.record.relation();
    if (!out.empty()) out += ' ';
    out += tie.a();
    if (!tie.b().empty()) out += "-" + tie.b();
    if (tie.has_weight()) {
      std::string weight = std::to_string(tie.weight());
      weight.erase(weight.find_last_not_of('0') + 1);
      if (weight.ends_with('.')) weight.pop_back();
      out += "=" + weight;
    }
    if (tie.layer() != "file") out += "@" + tie.layer();
  }
  return out;
}

std::string codes(const ingest::RecordBatch& batch) {
  std::string out;
  for (const v1::Reject& reject : batch.rejects)
    out += (out.empty() ? "" : " ") + std::to_string(reject.line()) + ":" + reject.code();
  return out;
}

constexpr const char* kGraphml =
    "<?xml version=\"1.0\"?>\n"
    "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
    "<key id=\"d0\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>\n"
    "<key id=\"d1\" for=\"edge\" attr.name=\"Weight\" "
    "attr.type=\"double\"><default>2</default></key>\n"
    "<key id=\"d2\" for=\"edge\" attr.name=\"colour\" attr.type=\"string\"/>\n"
    "<graph edgedefault=\"directed\">\n"
    "<edge source=\"n0\" target=\"n1\"><data key=\"d1\">3.5</data><data "
    "key=\"d2\">red</data></edge>\n"
    "<edge source=\"n1\" target=\"n2\" directed=\"false\"/>\n"
    "<node id=\"n0\"><data key=\"d0\">Anna &amp; Bert</data></node>\n"
    "<node id=\"n1\"><data key=\"d0\">Carl</data></node>\n"
    "<node id=\"n2\"/>\n"
    "<node id=\"n3\"/>\n"
    "</graph></graphml>\n";

}  // namespace

TEST_CASE("DL: each of its forms states the same network", "[ingest][networks]") {
  const char* wanted = "Anna-Bert=1 Bert-Carl=2 Carl-Anna=1 Dora";
  const std::string labels = "labels:\nAnna,Bert\n\"Carl\" Dora\n";
  CHECK(ties(read("ucinet_dl", "dl n=4 format=fullmatrix\n" + labels +
                                   "data:\n0 1 0 0\n0 0 2 0\n1 0 0 0\n0 0 0 0\n")) == wanted);
  CHECK(ties(read("ucinet_dl", "DL N = 4\r\nFORMAT = EDGELIST1\r\n" + labels +
                                   "DATA:\r\n1 2 1\r\n2 3 2\r\n3 1 1\r\n")) == wanted);
  CHECK(ties(read("ucinet_dl", "dl n=4, format=nodelist1\n" + labels + "data:\n1 2\n2 3\n3 1\n")) ==
        "Anna-Bert Bert-Carl Carl-Anna Dora");
  CHECK(ties(read("ucinet_dl",
                  "dl n=3 format=fullmatrix\nlabels embedded\ndata:\n  Anna Bert Carl\n"
                  "Anna 0 1 0\nBert 0 0 2\nCarl 1 0 0\n")) ==
        "Anna-Bert=1 Bert-Carl=2 Carl-Anna=1");
  CHECK(ties(read("ucinet_dl",
                  "dl n=3 format=edgelist1\nlabels embedded:\ndata:\nAnna Bert 1\nBert Carl\n")) ==
        "Anna-Bert=1 Bert-Carl");
  CHECK(ties(read("ucinet_dl", "dl n=3 format=lowerhalf diagonal=absent\ndata:\n1\n0 2\n")) ==
        "2-1=1 3-2=2");
  CHECK(ties(read("ucinet_dl", "dl n=3 format=upperhalf\ndata:\n0 1 0\n0 2\n0\n")) ==
        "1-2=1 2-3=2");
}

TEST_CASE("DL: rows and columns of two modes are different nodes", "[ingest][networks]") {
  CHECK(ties(read("ucinet_dl",
                  "dl nr=2 nc=3\nrow labels:\nAnna Bert\ncolumn labels:\nMon Tue Wed\ndata:\n1 0 "
                  "0\n1 1 0\n")) == "Anna-Mon=1 Bert-Mon=1 Bert-Tue=1 Wed");
  // The same numbers for both: the labels are the ids, and nothing is merged.
  CHECK(ties(read("ucinet_dl", "dl nr=1 nc=1\ndata:\n1\n")) == "1-column 1=1");
}

TEST_CASE("DL: several matrices are several layers", "[ingest][networks]") {
  CHECK(
      ties(read(
          "ucinet_dl",
          "dl n=2 nm=2\nlabels: A B\nmatrix labels: calls meetings\ndata:\n0 1 0 0\n0 0 3 0\n")) ==
      "A-B=1@calls B-A=3@meetings");
}

TEST_CASE("DL: what is damaged is refused with its line, or rejected", "[ingest][networks]") {
  CHECK(refusal("ucinet_dl", "dl n=2\ndata:\n0 1 0\n") ==
        "4: line 4: the data end after 3 of 4 cells");
  CHECK(refusal("ucinet_dl", "dl n=2\ndata:\n0 1 0 0 7\n") ==
        "3: line 3: data behind what the header announces");
  CHECK(refusal("ucinet_dl", "dl n=2\ndata:\n0 x 0 0\n") ==
        "3: line 3: cell 2 of the matrix is no number");
  CHECK(refusal("ucinet_dl", "dl n=2 format=blockmatrix\ndata:\n")
            .find("format 'blockmatrix' is not read") != std::string::npos);
  CHECK(refusal("ucinet_dl", "dl n=2\nlabels: A\ndata:\n0 0 0 0\n").find("1 labels where 2") !=
        std::string::npos);
  CHECK(refusal("ucinet_dl", "dl n=99999999999\ndata:\n").find("1 to 1000000 are read") !=
        std::string::npos);
  CHECK(
      refusal("ucinet_dl", "dl n=2 format=fullmatrix\n0 1 0 0\n").find("no word of a DL header") !=
      std::string::npos);
  CHECK(refusal("ucinet_dl", "dl n=2 format=edgelist1\nlabels embedded\ndata:\nA B\nC A\n")
            .find("more labels than the 2 nodes") != std::string::npos);
  CHECK(codes(read(
            "ucinet_dl",
            "dl n=2 format=edgelist1\ndata:\n1 2 1\n1 3 1\n1 2 x\n1 2 0\n2 1 -1\n1\n1 2 3 4\n")) ==
        "4:UNKNOWN_NODE 5:BAD_WEIGHT 6:NO_TIE 7:BAD_WEIGHT 8:MISSING_LABEL 9:COLUMN_COUNT");
}

TEST_CASE("Pajek: vertices, arcs, edges, lists and a matrix", "[ingest][networks]") {
  const auto batch = read("pajek",
                          "% invented\n*Vertices 4\n1 \"Anna B.\" 0.1 0.2 0.5\n2 Bert\n3 \"Carl\"\n"
                          "*Arcs\n1 2 3\n2 3 1 c Blue\n*Edges\n1 3\n");
  CHECK(ties(batch) == "Anna B.-Bert=3 Bert-Carl=1 Anna B.-Carl 4");
  CHECK(has_notice(batch, "2 ties have a direction"));
  CHECK(has_notice(batch, "1 ties carry parameters"));
  CHECK(ties(read("pajek", "*Vertices 3\r\n*Arcslist\r\n1 2 3\r\n")) == "1-2 1-3");
  CHECK(ties(read("pajek", "*Vertices 2\n1 \"A\"\n2 \"B\"\n*Matrix\n0 2\n0 0\n")) == "A-B=2");
  CHECK(ties(read("pajek", "*Vertices 3 1\n*Matrix\n0 2\n")) == "1-3=2 2");
  CHECK(ties(read("pajek", "*Network x\n*Vertices 2\n*Arcs :1 \"calls\"\n1 2\n*Arcs :2\n2 1\n")) ==
        "1-2@calls 2-1@file 2");
  const auto partition = read("pajek", "*Vertices 2\n*Edges\n1 2\n*Vector v\n1\n2\n");
  CHECK(has_notice(partition, "section *vector is no network"));
}

TEST_CASE("Pajek: what is damaged is refused with its line, or rejected", "[ingest][networks]") {
  CHECK(refusal("pajek", "*Arcs\n1 2\n") == "1: line 1: *arcs before *Vertices");
  CHECK(refusal("pajek", "*Vertices x\n") ==
        "1: line 1: *Vertices is not followed by a number from 1 to 1000000");
  CHECK(refusal("pajek", "*Vertices 2\n3 \"C\"\n") ==
        "2: line 2: a vertex is no number from 1 to 2");
  CHECK(refusal("pajek", "*Vertices 2\n1 A\n1 B\n") == "3: line 3: vertex 1 stands twice");
  CHECK(refusal("pajek", "*Vertices 2\n*Matrix\n0 1\n").find("after 1 of 2 rows") !=
        std::string::npos);
  CHECK(refusal("pajek", "*Vertices 2\n1 \"open\n*Arcs\n1 2\n").find("never closed") !=
        std::string::npos);
  CHECK(codes(read("pajek", "*Vertices 2\n*Arcs\n1 3\n0 1\n1 2 -1\n1 2 0\n1\n1 2\n1 2 1x\n")) ==
        "3:UNKNOWN_NODE 4:UNKNOWN_NODE 5:BAD_WEIGHT 6:NO_TIE 7:MISSING_LABEL 9:BAD_WEIGHT");
}

TEST_CASE("Pajek: two vertices of one label stay two", "[ingest][networks]") {
  const auto batch = read("pajek", "*Vertices 3\n1 \"A\"\n2 \"A\"\n3 \"B\"\n*Edges\n1 3\n2 3\n");
  CHECK(ties(batch) == "1-3 2-3");
  CHECK(has_notice(batch, "the same label"));
}

TEST_CASE("GraphML: weight and label come from the keys of that name", "[ingest][networks]") {
  const auto batch = read("graphml", kGraphml);
  CHECK(ties(batch) == "Anna & Bert-Carl=3.5 Carl-n2=2 n3");
  CHECK(has_notice(batch, "1 ties have a direction, from a to b, and 1 have none"));
  CHECK(has_notice(batch, "no place in a relation: colour"));
  CHECK(batch.rows[0].record.line() == 7);
}

TEST_CASE("GraphML: what is damaged or hostile is refused, or rejected", "[ingest][networks]") {
  CHECK(refusal("graphml", "<graphml><graph><node id=\"a\"/><node id=\"a\"/></graph></graphml>")
            .find("the id of an earlier one") != std::string::npos);
  CHECK(refusal("graphml", "<graphml><graph><node/></graph></graphml>").find("without id") !=
        std::string::npos);
  CHECK(refusal("graphml", "<graphml><graph></graph></graphml>").find("no node") !=
        std::string::npos);
  CHECK(refusal("graphml", "<graphml><graph><node id=\"a\"><graph/></node></graph></graphml>")
            .find("a graph inside") != std::string::npos);
  CHECK(refusal("graphml", "<graphml><graph><node id=\"a\">").find("not well-formed") !=
        std::string::npos);
  CHECK(refusal("graphml", "<!DOCTYPE graphml [<!ENTITY x \"y\">]><graphml>&x;</graphml>")
            .find("a DOCTYPE") != std::string::npos);
  CHECK(refusal("graphml",
                "<!DOCTYPE graphml [<!ENTITY x SYSTEM \"file:///nowhere/unique\">]>"
                "<graphml><graph><node id=\"&x;\"/></graph></graphml>")
            .find("DOCTYPE") != std::string::npos);
  CHECK(
      codes(read(
          "graphml",
          "<graphml><key id=\"w\" for=\"edge\" attr.name=\"weight\"/><graph>\n"
          "<node id=\"a\"/><node id=\"b\"/>\n<edge source=\"a\" target=\"c\"/>\n"
          "<edge source=\"a\"/>\n<edge source=\"a\" target=\"b\"><data key=\"w\">x</data></edge>\n"
          "<hyperedge/>\n</graph></graphml>")) ==
      "3:UNKNOWN_NODE 4:MISSING_LABEL 5:BAD_WEIGHT 6:HYPEREDGE");
}

TEST_CASE("GEXF: labels, weights and directions", "[ingest][networks]") {
  const auto batch =
      read("gexf",
           "<gexf xmlns=\"http://gexf.net/1.3\"><graph defaultedgetype=\"undirected\"><nodes>"
           "<node id=\"0\" label=\"Anna\"/><node id=\"1\" label=\"Bert\" start=\"2024-01-01\"/>"
           "<node id=\"2\" label=\"Carl\"/></nodes><edges><edge id=\"0\" source=\"0\" target=\"1\" "
           "weight=\"2.0\"/><edge id=\"1\" source=\"1\" target=\"2\" "
           "type=\"directed\"/></edges></graph></gexf>");
  CHECK(ties(batch) == "Anna-Bert=2 Bert-Carl");
  CHECK(has_notice(batch, "times are not read"));
  CHECK(has_notice(batch, "1 ties have a direction"));
}

TEST_CASE("detection tells the network formats apart", "[ingest][networks]") {
  using test::detected;
  CHECK(detected("dl n=2\ndata:\n0 1 0 0\n") == "ucinet_dl");
  CHECK(detected("\xEF\xBB\xBF*Vertices 2\n*Arcs\n1 2\n") == "pajek");
  CHECK(detected(kGraphml) == "graphml");
  CHECK(detected("<gexf><graph/></gexf>") == "gexf");
  CHECK(detected("dl,n\nA,B\nB,C\n").starts_with("refused"));
  CHECK(detected("name,age,prison\nAnna,30,1\nBert,40,0\n").find("a table of attributes") !=
        std::string::npos);
}
