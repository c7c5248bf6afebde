// JSON texts (RFC 8259), one or several after one another (JSON lines).
//
// LL(1), one rule call a value. No tree is built here: a JsonSink hears of each token that means something, in file order.
// Nesting is recursion in generated code; the sink counts, and gives up the parse beyond its limits.
parser grammar JsonParser;

options { tokenVocab = JsonLexer; superClass = ParserBase; }

@parser::postinclude {
#include "frontend/antlr/parser_base.h"
#include "frontend/json/sink.h"
}

@parser::members {
wallcheck::frontend::json::JsonSink* sink = nullptr;
}

file : BOM? value* EOF ;

value
  : LBRACE                                  {if (!sink->open_object(last())) abandon();}
    ( (PLAIN | ESCAPED)                     {sink->key(last());}
      COLON value
      ( COMMA (PLAIN | ESCAPED)             {sink->key(last());}
        COLON value )* )?
    RBRACE                                  {sink->close(last());}
  | LBRACKET                                {if (!sink->open_array(last())) abandon();}
    ( value ( COMMA value )* )?
    RBRACKET                                {sink->close(last());}
  | PLAIN                                   {if (!sink->scalar(last())) abandon();}
  | ESCAPED                                 {if (!sink->scalar(last())) abandon();}
  | NUMBER                                  {if (!sink->scalar(last())) abandon();}
  | TRUE                                    {if (!sink->scalar(last())) abandon();}
  | FALSE                                   {if (!sink->scalar(last())) abandon();}
  | NULL_                                   {if (!sink->scalar(last())) abandon();}
  ;
