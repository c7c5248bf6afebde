#pragma once
// Generated code includes <antlr4-runtime.h>. The library's own header of that name pulls in everything, 1.6 s of compiling
// for each file, and among it misc/InterpreterDataReader.h, which clang 14 rejects (ATN's copy assignment takes a non-const
// reference). This one stands earlier in the include path and names what generated parsers and this layer need.

#include <antlr4-common.h>

#include <ANTLRInputStream.h>
#include <CommonTokenStream.h>
#include <Exceptions.h>
#include <FailedPredicateException.h>
#include <InputMismatchException.h>
#include <Lexer.h>
#include <NoViableAltException.h>
#include <Parser.h>
#include <ParserRuleContext.h>
#include <RecognitionException.h>
#include <Vocabulary.h>
#include <atn/ATN.h>
#include <atn/ATNDeserializer.h>
#include <atn/ATNState.h>
#include <atn/DecisionState.h>
#include <atn/LexerATNSimulator.h>
#include <atn/ParserATNSimulator.h>
#include <atn/PredictionContext.h>
#include <dfa/DFA.h>
#include <misc/IntervalSet.h>
#include <support/CPPUtils.h>
#include <tree/TerminalNode.h>
