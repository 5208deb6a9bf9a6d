#include "config/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <sstream>

#include "config/fields.h"
#include "config/json.h"

namespace likeness::config {
namespace {

using Texts = std::vector<std::string>;

// What CLI11 writes into; it must outlive the parser.
struct Arguments {
  std::string config;
  std::map<const Field*, Texts> fields;
  Texts sets;
  std::string checked;
  bool print_defaults = false;
  bool print_schema = false;
  std::string folder;
  Sign sign;
  Import import;
  Export exported;
};

bool is_list(const Field& field) { return std::holds_alternative<Place<Texts>>(field.slot); }

CLI::App* add_serve(CLI::App& app, Arguments& arguments) {
  CLI::App* serve = app.add_subcommand("serve", "Serve photos until SIGTERM");
  serve->add_option("--config", arguments.config, "Settings, as JSON with comments")
      ->type_name("FILE");
  for (const Field& field : fields()) {
    if (field.flag.name.empty()) continue;
    CLI::Option* option = serve->add_option("--" + std::string(field.flag.name),
                                            arguments.fields[&field], std::string(field.about));
    option->type_name(std::string(field.flag.value))->expected(1);
    option->multi_option_policy(is_list(field) ? CLI::MultiOptionPolicy::TakeAll
                                               : CLI::MultiOptionPolicy::TakeLast);
  }
  serve->add_option("--set", arguments.sets, "Any other setting, as in --set http.idle_timeout=10s")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return serve;
}

CLI::App* add_check_config(CLI::App& app, Arguments& arguments) {
  CLI::App* check = app.add_subcommand("check-config", "Say what is wrong with a settings file");
  check->add_option("file", arguments.checked, "The file")->type_name("FILE");
  check->add_flag("--print-defaults", arguments.print_defaults,
                  "Print a file with every setting instead");
  check->add_flag("--print-schema", arguments.print_schema, "Print the file's JSON Schema instead");
  return check;
}

void add_store(CLI::App& command, std::string& store, std::string& mailbox) {
  command.add_option("--store", store, "The contact store's folder, as in --origin embedded:DIR")
      ->type_name("DIR")
      ->required();
  command.add_option("--mailbox", mailbox, "Whose contacts they are")
      ->type_name("USER")
      ->default_val("me");
}

CLI::App* add_sign(CLI::App& app, Sign& sign) {
  CLI::App* command = app.add_subcommand("sign", "Print a photo's URL path with a signature");
  command
      ->add_option("path", sign.path, "Path and query, percent-encoded, as in /photos/ada/HR48x48")
      ->type_name("PATH")
      ->required();
  command->add_option("--key", sign.key, "One of access.signing_keys; also file:PATH or env:NAME")
      ->type_name("ID:HEX")
      ->required();
  command->add_option("--expires", sign.expires, "The URL ends after this time, as in 30d")
      ->type_name("DURATION");
  return command;
}

CLI::App* add_import(CLI::App& app, Arguments& arguments) {
  CLI::App* import = app.add_subcommand(
      "import", "Read contacts and photos into an embedded contact store; safe to repeat");
  import
      ->add_option("path", arguments.import.path,
                   "A .vcf or .csv file, or a folder of them and of pictures named by address")
      ->type_name("PATH")
      ->required();
  add_store(*import, arguments.import.store, arguments.import.mailbox);
  return import;
}

CLI::App* add_export(CLI::App& app, Arguments& arguments) {
  CLI::App* exported = app.add_subcommand(
      "export", "Write a mailbox of an embedded contact store as vCards to standard output");
  add_store(*exported, arguments.exported.store, arguments.exported.mailbox);
  return exported;
}

std::string join(const Texts& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ",").append(text);
  return all;
}

Print usage_error(const std::string& problem) {
  return {"likeness: " + problem + "\nRun with --help for more information.\n", kUsageError};
}

Command make_serve(const Arguments& arguments) {
  Serve serve{arguments.config, {}};
  for (const Field& field : fields()) {
    const auto given = arguments.fields.find(&field);
    if (given == arguments.fields.end() || given->second.empty()) continue;
    serve.flags.push_back(
        {std::string(field.path), join(given->second), "--" + std::string(field.flag.name)});
  }
  for (const std::string& set : arguments.sets) {
    const auto equals = set.find('=');
    if (equals == std::string::npos) return usage_error("--set " + set + ": expected PATH=VALUE");
    serve.flags.push_back({set.substr(0, equals), set.substr(equals + 1), "--set"});
  }
  return serve;
}

Command make_check_config(const Arguments& arguments) {
  if (arguments.print_defaults) return Print{write_sample(), 0};
  if (arguments.print_schema) return Print{write_schema(), 0};
  if (arguments.checked.empty()) return usage_error("check-config: expected a FILE");
  return CheckConfig{arguments.checked};
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app("Contact photos at any size, from memory.", "likeness");
  app.set_version_flag("--version", "likeness " + std::string(version()));
  app.require_subcommand(0, 1);
  const CLI::App* serve = add_serve(app, arguments);
  const CLI::App* check = add_check_config(app, arguments);
  CLI::App* draw = app.add_subcommand("draw-samples", "Draw sample photos into a folder");
  draw->add_option("folder", arguments.folder, "The folder, made if need be")
      ->type_name("DIR")
      ->required();
  const CLI::App* hash_token = app.add_subcommand(
      "hash-token", "Print what access.tokens holds of the token on standard input");
  const CLI::App* sign = add_sign(app, arguments.sign);
  const CLI::App* import = add_import(app, arguments);
  const CLI::App* exported = add_export(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help or --version.
    std::ostringstream out;
    app.exit(done, out, out);
    return Print{out.str(), 0};
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  if (serve->parsed()) return make_serve(arguments);
  if (check->parsed()) return make_check_config(arguments);
  if (draw->parsed()) return DrawSamples{arguments.folder};
  if (hash_token->parsed()) return HashToken{};
  if (sign->parsed()) return arguments.sign;
  if (import->parsed()) return arguments.import;
  if (exported->parsed()) return arguments.exported;
  return Print{app.help(), kUsageError};
}

std::string_view version() { return LIKENESS_VERSION; }

}  // namespace likeness::config
