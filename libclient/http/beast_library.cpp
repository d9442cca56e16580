// The parts of Beast that are not templates, compiled once instead of in every source that includes them.
#include <boost/beast/src.hpp>
