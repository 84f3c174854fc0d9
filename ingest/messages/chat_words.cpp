#include "ingest/messages/chat_words.hpp"

#include <algorithm>

#include "ingest/messages/chat_text.hpp"

namespace palermo::ingest::detail {
namespace {

// English, German, Spanish, French, Italian, Portuguese, Dutch. What another language says stays
// text.
constexpr std::string_view kAttachedBefore[] = {"attached", "Anhang",  "adjunto",   "pièce jointe",
                                                "allegato", "anexado", "bijgevoegd"};
constexpr std::string_view kAttachedBehind[] = {
    "(file attached)", "(Datei angehängt)", "(archivo adjunto)",   "(fichier joint)",
    "(file allegato)", "(arquivo anexado)", "(bestand bijgevoegd)"};
constexpr std::string_view kOmitted[] = {"<Media omitted>",       "<Medien ausgeschlossen>",
                                         "<Multimedia omitido>",  "<Médias omis>",
                                         "<Media omessi>",        "<Arquivo de mídia oculto>",
                                         "<Mídia oculta>",        "<Media weggelaten>",
                                         "image omitted",         "video omitted",
                                         "audio omitted",         "sticker omitted",
                                         "GIF omitted",           "document omitted",
                                         "Contact card omitted",  "Bild weggelassen",
                                         "Video weggelassen",     "Audio weggelassen",
                                         "Sticker weggelassen",   "Dokument weggelassen",
                                         "imagen omitida",        "video omitido",
                                         "audio omitido",         "sticker omitido",
                                         "documento omitido",     "image absente",
                                         "vidéo absente",         "audio omis",
                                         "document absent",       "immagine omessa",
                                         "video omesso",          "audio omesso",
                                         "documento omesso",      "imagem ocultada",
                                         "vídeo omitido",         "áudio ocultado",
                                         "afbeelding weggelaten", "video weggelaten",
                                         "audio weggelaten"};
constexpr std::string_view kDeleted[] = {
    "This message was deleted",       "You deleted this message",
    "Diese Nachricht wurde gelöscht", "Du hast diese Nachricht gelöscht",
    "Se eliminó este mensaje",        "Este mensaje fue eliminado",
    "Eliminaste este mensaje",        "Ce message a été supprimé",
    "Vous avez supprimé ce message",  "Questo messaggio è stato eliminato",
    "Hai eliminato questo messaggio", "Mensagem apagada",
    "Essa mensagem foi apagada",      "Você apagou essa mensagem",
    "Dit bericht is verwijderd",      "Je hebt dit bericht verwijderd",
    "U hebt dit bericht verwijderd"};
constexpr std::string_view kEdited[] = {"<This message was edited>",
                                        "<Diese Nachricht wurde bearbeitet>",
                                        "<Se editó este mensaje>",
                                        "<Ce message a été modifié>",
                                        "<Questo messaggio è stato modificato>",
                                        "<Mensagem editada>",
                                        "<Dit bericht is bewerkt>"};
constexpr std::string_view kEncryption[] = {
    "Messages and calls are end-to-end encrypted.",
    "Messages to this chat and calls are now secured with end-to-end encryption.",
    "Messages to this group are now secured with end-to-end encryption.",
    "Messages you send to this chat and calls are now secured with end-to-end encryption.",
    "Messages you send to this group are now secured with end-to-end encryption.",
    "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.",
    "Los mensajes y las llamadas están cifrados de extremo a extremo.",
    "Les messages et les appels sont chiffrés de bout en bout.",
    "I messaggi e le chiamate sono crittografati end-to-end.",
    "As mensagens e as chamadas são protegidas com a criptografia de ponta a ponta"};

template <typename Words>
bool any_equal(const Words& words, std::string_view text) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

bool has_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view extension = name.substr(dot + 1);
  return !extension.empty() && extension.size() <= 5 &&
         std::all_of(extension.begin(), extension.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

}  // namespace

std::optional<std::string> attached_file(std::string_view text) {
  const std::string_view line = without_marks(text.substr(0, text.find('\n')));
  if (line.starts_with('<') && line.ends_with('>')) {
    for (const std::string_view word : kAttachedBefore) {
      std::string_view inside = line.substr(1, line.size() - 2);
      if (!inside.starts_with(word)) continue;
      inside = without_marks(inside.substr(word.size()));
      if (!inside.starts_with(':')) continue;
      const std::string_view name = without_marks(inside.substr(1));
      if (!name.empty()) return std::string{name};
    }
    return std::nullopt;
  }
  for (const std::string_view word : kAttachedBehind) {
    if (!line.ends_with(word)) continue;
    const std::string_view name = without_marks(line.substr(0, line.size() - word.size()));
    if (has_extension(name)) return std::string{name};
  }
  return std::nullopt;
}

bool is_media_omitted(std::string_view text) { return any_equal(kOmitted, without_marks(text)); }

bool is_deleted(std::string_view text) {
  text = without_marks(text);
  if (text.ends_with('.')) text.remove_suffix(1);
  return any_equal(kDeleted, text);
}

bool is_edited(std::string_view text) {
  text = without_marks(text);
  for (const std::string_view mark : kEdited) {
    if (text.ends_with(mark)) return true;
    // Some languages end the sentence with a full stop.
    const std::string dotted = std::string{mark.substr(0, mark.size() - 1)} + ".>";
    if (text.ends_with(dotted)) return true;
  }
  return false;
}

bool is_encryption_notice(std::string_view text) {
  text = without_marks(text);
  return std::any_of(std::begin(kEncryption), std::end(kEncryption),
                     [text](std::string_view begin) { return text.starts_with(begin); });
}

}  // namespace palermo::ingest::detail
