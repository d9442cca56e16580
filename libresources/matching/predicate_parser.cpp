#include <charconv>
#include <limits>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libresources/matching/predicate_node.h"

namespace sallyport {
namespace {

using Node = Predicate::Node;

constexpr std::size_t kMaxText = 64 << 10;
constexpr int kMaxDepth = 64;

enum class TokenKind { kEnd, kName, kText, kNumber, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // a text without quotes and escapes
  std::size_t column = 1;
};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<Token> Next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    Token token{.kind = TokenKind::kEnd, .text = {}, .column = at_ + 1};
    if (at_ == text_.size()) return token;

    const char c = text_[at_];
    if (IsLetter(c)) {
      token.kind = TokenKind::kName;
      while (at_ < text_.size() && (IsLetter(text_[at_]) || IsDigit(text_[at_]))) token.text += text_[at_++];
      return token;
    }
    if (IsDigit(c) || (c == '-' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))) {
      token.kind = TokenKind::kNumber;
      do token.text += text_[at_++];
      while (at_ < text_.size() && IsDigit(text_[at_]));
      return token;
    }

    if (c == '"' || c == '\'' || c == '`') return Quoted(std::move(token));
    return Symbol(std::move(token));
  }

 private:
  Result<Token> Symbol(Token token) {
    token.kind = TokenKind::kSymbol;
    for (const std::string_view symbol : {"&&", "||", "==", "!=", "!", "(", ")", "[", "]", ".", ","}) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      at_ += symbol.size();
      token.text = symbol;
      return token;
    }
    return Fail(ErrorKind::kBadParameter, "column {}: unexpected \"{}\"", token.column,
                StripControl(text_.substr(at_, FirstCodePoint(text_.substr(at_)).bytes)));
  }

  Result<Token> Quoted(Token token) {
    token.kind = TokenKind::kText;
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      char c = text_[at_++];
      if (c == '\\' && quote != '`') {
        ASSIGN_OR_RETURN(c, Escaped());
      }
      token.text += c;
    }

    if (at_ == text_.size()) {
      return Fail(ErrorKind::kBadParameter, "column {}: the quote is not closed", token.column);
    }
    ++at_;
    return token;
  }

  Result<char> Escaped() {
    if (at_ == text_.size()) return Fail(ErrorKind::kBadParameter, "column {}: the expression ends after \\", at_);

    const char c = text_[at_++];
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case '\\':
      case '"':
      case '\'':
        return c;
      default:
        return FailWithHint(
            ErrorKind::kBadParameter,
            fmt::format("column {}: unknown escape \\{}", at_ - 1, StripControl(std::string_view(&c, 1))),
            "write \\\\ for a backslash");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view text, PredicateDialect dialect) : lexer_(text), dialect_(dialect) {}

  Result<Node> Parse() {
    RETURN_IF_ERROR(Advance());
    ASSIGN_OR_RETURN(Node node, Expression());
    if (token_.kind != TokenKind::kEnd) return Unexpected();
    return node;
  }

 private:
  Status Advance() {
    ASSIGN_OR_RETURN(token_, lexer_.Next());
    return {};
  }
  bool At(std::string_view symbol) const { return token_.kind == TokenKind::kSymbol && token_.text == symbol; }
  std::unexpected<Error> Refuse(std::string reason, std::string hint = "") const {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("column {}: {}", token_.column, reason), std::move(hint));
  }
  std::unexpected<Error> Unexpected() const {
    if (token_.kind == TokenKind::kEnd) return Refuse("the expression ends too early");
    return Refuse(fmt::format("unexpected \"{}\"", StripControl(token_.text)));
  }
  Status Take(std::string_view symbol) {
    if (!At(symbol)) return Refuse(fmt::format("\"{}\" is missing", symbol));
    return Advance();
  }

  // Counts how deep parts are nested while it lives.
  class Level {
   public:
    explicit Level(int& depth) : depth_(++depth) {}
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    bool too_deep() const { return depth_ > kMaxDepth; }

   private:
    int& depth_;
  };

  Result<Node> Expression() { return Chain("||", Node::Kind::kOr, &Parser::Conjunction); }
  Result<Node> Conjunction() { return Chain("&&", Node::Kind::kAnd, &Parser::Unary); }

  Result<Node> Chain(std::string_view symbol, Node::Kind kind, Result<Node> (Parser::*part)()) {
    ASSIGN_OR_RETURN(Node first, (this->*part)());
    if (!At(symbol)) return first;
    Node chain{.kind = kind, .literal = {}, .function = nullptr, .children = {}};
    chain.children.push_back(std::move(first));
    while (At(symbol)) {
      RETURN_IF_ERROR(Advance());
      ASSIGN_OR_RETURN(Node next, (this->*part)());
      chain.children.push_back(std::move(next));
    }
    return chain;
  }

  Result<Node> Unary() {
    const Level level(depth_);
    if (level.too_deep()) return Refuse(fmt::format("nested deeper than {} levels", kMaxDepth));
    if (!At("!")) return Comparison();
    RETURN_IF_ERROR(Advance());
    ASSIGN_OR_RETURN(Node operand, Unary());
    Node node{.kind = Node::Kind::kNot, .literal = {}, .function = nullptr, .children = {}};
    node.children.push_back(std::move(operand));
    return node;
  }

  Result<Node> Comparison() {
    ASSIGN_OR_RETURN(Node left, Operand());
    if (!At("==") && !At("!=")) return left;
    Node node{.kind = At("==") ? Node::Kind::kEqual : Node::Kind::kUnequal,
              .literal = {},
              .function = nullptr,
              .children = {}};
    RETURN_IF_ERROR(Advance());
    ASSIGN_OR_RETURN(Node right, Operand());
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return node;
  }

  Result<Node> Operand() {
    ASSIGN_OR_RETURN(Node operand, Plain());
    for (int methods = 1; HasMethods() && At("."); ++methods) {
      if (methods > kMaxDepth) return Refuse(fmt::format("more than {} methods in a row", kMaxDepth));
      RETURN_IF_ERROR(Advance());
      const Token method = token_;
      if (method.kind != TokenKind::kName) return Unexpected();
      RETURN_IF_ERROR(Advance());
      ASSIGN_OR_RETURN(operand, Method(method, std::move(operand)));
    }
    return operand;
  }

  bool HasMethods() const { return dialect_ == PredicateDialect::kWorkload; }

  // Reads the arguments of a method of a value.
  Result<Node> Method(const Token& name, Node value) {
    std::vector<Node> first;
    first.push_back(std::move(value));
    return Call(name, "." + name.text, std::move(first));
  }

  Result<Node> Plain() {
    if (token_.kind == TokenKind::kName) return Named();
    if (token_.kind == TokenKind::kText) return Literal(Value(token_.text));
    if (token_.kind == TokenKind::kNumber) return Number();
    if (!At("(")) return Unexpected();
    RETURN_IF_ERROR(Advance());
    ASSIGN_OR_RETURN(Node inner, Expression());
    RETURN_IF_ERROR(Take(")"));
    return inner;
  }

  Result<Node> Literal(Value value) {
    RETURN_IF_ERROR(Advance());
    return Node{.kind = Node::Kind::kLiteral, .literal = std::move(value), .function = nullptr, .children = {}};
  }

  Result<Node> Number() {
    std::int64_t number = 0;
    const char* const end = token_.text.data() + token_.text.size();
    if (std::from_chars(token_.text.data(), end, number).ec != std::errc()) return Refuse("the number is too large");
    return Literal(Value(number));
  }

  // A name starts a path, a function's name, or is true or false.
  Result<Node> Named() {
    if (token_.text == "true" || token_.text == "false") return Literal(Value(token_.text == "true"));

    const Token first = token_;
    Node path{.kind = Node::Kind::kPath, .literal = {}, .function = nullptr, .children = {}, .column = first.column};
    std::string name;  // "email.local"; empty after [...]
    while (true) {
      if (token_.kind != TokenKind::kName) return Unexpected();
      if (path.children.empty() || !name.empty()) name += (name.empty() ? "" : ".") + token_.text;
      const Token last = token_;
      ASSIGN_OR_RETURN(Node part, Literal(Value(token_.text)));
      if (At("(") && HasMethods() && !path.children.empty() && Function(name) == nullptr) {
        RETURN_IF_ERROR(CheckRoot(first));
        return Method(last, std::move(path));
      }
      path.children.push_back(std::move(part));
      if (At("(")) return Call(first, name);
      while (At("[")) {
        RETURN_IF_ERROR(Advance());
        ASSIGN_OR_RETURN(Node key, Expression());
        RETURN_IF_ERROR(Take("]"));
        path.children.push_back(std::move(key));
        name.clear();
      }
      if (!At(".")) break;
      RETURN_IF_ERROR(Advance());
    }

    RETURN_IF_ERROR(CheckRoot(first));
    return path;
  }

  Status CheckRoot(const Token& first) const {
    const auto roots = PredicateRoots(dialect_);
    for (const std::string_view root : roots) {
      if (root == first.text) return {};
    }
    const auto meant = DidYouMean(first.text, roots);
    return FailWithHint(
        ErrorKind::kBadParameter, fmt::format("column {}: unknown name \"{}\"", first.column, first.text),
        meant ? fmt::format("did you mean \"{}\"?", *meant) : fmt::format("known names: {}", fmt::join(roots, ", ")));
  }

  // `given` are arguments that stand before the name.
  Result<Node> Call(const Token& first, const std::string& name, std::vector<Node> given = {}) {
    ASSIGN_OR_RETURN(const PredicateFunction* const function, FunctionNamed(first, name));
    RETURN_IF_ERROR(Take("("));
    const std::size_t before = given.size();
    Node call{.kind = Node::Kind::kCall,
              .literal = {},
              .function = function,
              .children = std::move(given),
              .column = first.column};

    while (!At(")")) {
      if (call.children.size() > before) RETURN_IF_ERROR(Take(","));
      ASSIGN_OR_RETURN(Node argument, Expression());
      call.children.push_back(std::move(argument));
    }

    const int count = static_cast<int>(call.children.size());
    if (count < function->min_arguments || (function->max_arguments >= 0 && count > function->max_arguments)) {
      return Refuse(fmt::format("{} takes {} arguments, not {}", name, function->min_arguments, count));
    }
    RETURN_IF_ERROR(Advance());
    return call;
  }

  bool InDialect(const PredicateFunction& row) const {
    return (row.dialects & (1U << static_cast<unsigned>(dialect_))) != 0;
  }

  // Returns the row of a function, or nullptr.
  const PredicateFunction* Function(std::string_view name) const {
    for (const PredicateFunction& row : PredicateFunctions()) {
      if (InDialect(row) && row.name == name) return &row;
    }
    return nullptr;
  }

  Result<const PredicateFunction*> FunctionNamed(const Token& first, const std::string& name) const {
    if (const auto* const row = Function(name)) return row;

    std::vector<std::string_view> names;
    for (const PredicateFunction& row : PredicateFunctions()) {
      if (InDialect(row) && row.name.starts_with('.') == name.starts_with('.')) names.push_back(row.name);
    }
    const auto meant = DidYouMean(name, std::span<const std::string_view>(names));
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("column {}: unknown function \"{}\"", first.column, name),
                        meant ? fmt::format("did you mean \"{}\"?", *meant)
                              : fmt::format("known functions: {}", fmt::join(names, ", ")));
  }

  Lexer lexer_;
  PredicateDialect dialect_;
  Token token_;
  int depth_ = 0;
};

}  // namespace

Result<Node> ParsePredicate(std::string_view text, PredicateDialect dialect) {
  if (text.size() > kMaxText) return Fail(ErrorKind::kBadParameter, "the expression is longer than {} bytes", kMaxText);
  return Parser(text, dialect).Parse();
}

}  // namespace sallyport
